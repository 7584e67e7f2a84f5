import { finished, Readable } from 'node:stream'
import type { FastifyInstance, FastifyRequest } from 'fastify'

/** Milliseconds without a byte after which the connection of a refused upload is closed. */
const discardTimeout = 5000

/**
 * Gives the calls that are registered from now on their bodies as streams, of any size and
 * Content-Type.
 */
export function takeUploads(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
}

/**
 * Has an uploaded body used, and drops what is left of it: many clients read the answer only after
 * they have sent the whole body, and the connection's next request follows it.
 *
 * @param use is given the body, and its Content-Length if it has one
 */
export async function withUpload<T>(
  { body, headers }: Pick<FastifyRequest, 'body' | 'headers'>,
  use: (body: { content: Readable; length: number | undefined }) => Promise<T>,
): Promise<T> {
  const content = body instanceof Readable ? body : Readable.from([])
  const length = headers['content-length']
  try {
    return await use({ content, length: length === undefined ? undefined : Number(length) })
  } finally {
    discardRest(content)
  }
}

/** If no more bytes arrive, the connection is closed. */
function discardRest(body: Readable): void {
  if (body.readableEnded || body.destroyed) return
  const close = setTimeout(() => body.destroy(), discardTimeout).unref()
  finished(body, () => clearTimeout(close))
  body.on('data', () => close.refresh())
}
