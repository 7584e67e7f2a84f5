import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { type Static, Type } from '@sinclair/typebox'
import { badRequest } from '../http/errors/exceptions.ts'
import { Flag } from '../model/common.ts'

const description = 'Whether the seed is applied again; in the query or in the body'
const ResetQuery = Type.Object({ seed: Flag(description) })
const Reset = Type.Object({ seed: Type.Optional(Type.Boolean({ description })) })

/**
 * Removes the whole state, running jobs included, and discards what unfinished exports have written
 * into buckets. It takes some milliseconds, however large the state is. With `seed`, the answer
 * comes when the seed is applied and its imports are over.
 */
export const reset: FastifyPluginAsyncTypebox = async app => {
  app.post(
    '/_pinpoint/reset',
    {
      config: { operation: 'reset', isBodyOptional: true },
      schema: {
        summary: 'Removes everything, running jobs included',
        querystring: ResetQuery,
        body: Reset,
        response: { 204: Type.Null() },
      },
    },
    async ({ query, body }, reply) => {
      const problem = await app.state.reset({ seed: readSeed(query, body) })
      if (problem !== undefined) throw badRequest(problem)
      return reply.code(204).send(null)
    },
  )
}

/** @throws BadRequestException if the query and the body contradict each other */
function readSeed(
  { seed: inQuery }: Static<typeof ResetQuery>,
  { seed: inBody }: Static<typeof Reset>,
): boolean {
  const given = inQuery === undefined ? undefined : inQuery === 'true'
  if (given !== undefined && inBody !== undefined && given !== inBody) {
    throw badRequest(`seed is ${given} in the query and ${inBody} in the body: say it in one of them`)
  }
  return given ?? inBody ?? false
}
