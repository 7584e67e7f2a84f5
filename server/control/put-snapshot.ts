import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { badRequest } from '../http/errors/exceptions.ts'
import { sqliteType } from './get-snapshot.ts'
import { takeUploads, withUpload } from './upload-bodies.ts'

/**
 * Replaces the whole state by a snapshot of this version or an older one. The snapshot's jobs go on
 * from where they were. The body may have any size and Content-Type.
 */
export const putSnapshot: FastifyPluginAsyncTypebox = async app => {
  takeUploads(app)
  app.put(
    '/_pinpoint/snapshot',
    {
      config: { operation: 'putSnapshot', isUpload: true },
      schema: {
        summary: 'Replaces the whole state by a snapshot: the body is the SQLite file that GET answers',
        consumes: [sqliteType],
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const refusal = await withUpload(request, body => app.state.restore(body))
      if (refusal !== undefined) throw badRequest(`The snapshot is refused: ${refusal}`)
      return reply.code(204).send(null)
    },
  )
}
