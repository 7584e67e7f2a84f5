import { finished, Readable } from 'node:stream'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { badRequest } from '../http/errors/exceptions.ts'

/** Milliseconds without a byte after which the connection of a refused upload is closed. */
const discardTimeout = 5000

/**
 * Replaces the whole state by a snapshot of this version or an older one. The snapshot's jobs go on
 * from where they were. The body may have any size and Content-Type.
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
      const content = request.body instanceof Readable ? request.body : Readable.from([])
      const length = request.headers['content-length']
      try {
        const body = { content, length: length === undefined ? undefined : Number(length) }
        const refusal = await app.state.restore(body)
        if (refusal !== undefined) throw badRequest(`The snapshot is refused: ${refusal}`)
        return reply.code(204).send(null)
      } finally {
        discardRest(content)
      }
    },
  )
}

/**
 * Reads and drops the rest of a refused body: many clients read the answer only after they have
 * sent the whole body, and the connection's next request follows it. If no more bytes arrive, the
 * connection is closed.
 */
function discardRest(body: Readable): void {
  if (body.readableEnded || body.destroyed) return
  const close = setTimeout(() => body.destroy(), discardTimeout).unref()
  finished(body, () => clearTimeout(close))
  body.on('data', () => close.refresh())
}
