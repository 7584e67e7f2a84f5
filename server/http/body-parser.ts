import type { TSchema } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { holdsSecrets } from '../validation/secrets.ts'
import { checkBodySize } from './body-size.ts'
import { badRequest } from './errors/exceptions.ts'

/**
 * Parses every body as JSON, whatever its Content-Type: clients send application/x-amz-json-1.1,
 * application/x-www-form-urlencoded or none (source: observed). An empty body counts as no body:
 * clients send `Content-Type: application/json` with GET and DELETE too. No Content-Encoding is
 * decoded, as the model has none; one like `amz-1.0`, which leaves the body as it is, does no harm (assumed).
 */
export function parseBodiesAsJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  // Fastify refuses a Content-Type that is not a media type, even with a parser for `*`; without
  // the header it accepts every body.
  app.addHook('onRequest', async request => {
    delete request.headers['content-type']
  })
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body, done) => {
    // For an unknown route the answer is 404, whatever the body is.
    if (body.length === 0 || request.is404) return done(null, undefined)
    request.receivedBody = body as Buffer
    const schema = request.routeOptions.schema?.body as TSchema | undefined
    const tooMuch = checkBodySize(body as Buffer, schema)
    if (tooMuch !== undefined) return done(badRequest(tooMuch))
    try {
      done(null, parseBody(body as Buffer))
    } catch (error) {
      const coding = request.headers['content-encoding']
      const problem =
        coding && coding.toLowerCase() !== 'identity'
          ? `it is sent with Content-Encoding: ${coding}, which is not decoded: send it as it is`
          : problemOf(error as Error, schema)
      done(badRequest(`The request body must be JSON: ${problem}`))
    }
  })
}

/** Why a body is not JSON. V8 quotes the body in some messages; one that holds secrets is left out. */
function problemOf({ message }: Error, schema: TSchema | undefined): string {
  const isQuoted = message.endsWith('is not valid JSON')
  return isQuoted && schema !== undefined && holdsSecrets(schema) ? 'it has a syntax error' : message
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** The value of a body, as it was sent. */
export const parseBody = (body: Buffer): unknown => JSON.parse(utf8.decode(body))
