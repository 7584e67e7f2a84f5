import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { badRequest } from '../aws/exceptions.ts'
import { OneOf } from '../shapes/common.ts'

const ResetQuery = Type.Object(
  { seed: Type.Optional(OneOf(['true', 'false'], { description: 'Whether the seed is applied again.' })) },
  { additionalProperties: false },
)

/**
 * Removes everything: applications with all that is in them, and jobs, also those that are running; what unfinished
 * exports have written into buckets is discarded. It takes some milliseconds, whatever there is. With `seed=true` the
 * answer comes when the seed is applied and its imports are over.
 */
export const reset: FastifyPluginAsyncTypebox = async app => {
  app.post(
    '/_pinpoint/reset',
    {
      config: { operation: 'reset' },
      schema: {
        summary: 'Removes everything, running jobs included',
        querystring: ResetQuery,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const problem = await app.state.reset({ seed: request.query.seed === 'true' })
      if (problem !== undefined) throw badRequest(problem)
      return reply.code(204).send(null)
    },
  )
}
