import { Readable } from 'node:stream'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { badRequest } from '../aws/exceptions.ts'

/**
 * Replaces the whole state by that of a snapshot, of this version or an older one; its jobs go on from where they were.
 * The body may be as large as it is, and of any type.
 */
export const putSnapshot: FastifyPluginAsyncTypebox = async app => {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
  app.put(
    '/_pinpoint/snapshot',
    {
      config: { operation: 'putSnapshot', isUpload: true },
      schema: {
        summary: 'Replaces the whole state by a snapshot: the body is the SQLite file that GET answers',
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const body = request.body instanceof Readable ? request.body : Readable.from([])
      const refusal = await app.state.restore(body)
      if (refusal !== undefined) throw badRequest(`The snapshot is refused: ${refusal}`)
      return reply.code(204).send(null)
    },
  )
}
