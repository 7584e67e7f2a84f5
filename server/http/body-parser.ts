import type { TSchema } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { checkBodySize } from './body-size.ts'
import { badRequest } from './errors/exceptions.ts'

/**
 * Reads every body as JSON whatever its Content-Type says: clients label it application/x-amz-json-1.1,
 * application/x-www-form-urlencoded or not at all (source: observed). An empty body is no body, also under
 * `Content-Type: application/json`, which clients send with GET and DELETE.
 */
export function parseBodiesAsJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  // Not even the parser for all types is given what is no media type at all; without a type it is given everything.
  app.addHook('onRequest', async request => {
    delete request.headers['content-type']
  })
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body, done) => {
    // Where there is no route, that is what the caller must be told, whatever the body is.
    if (body.length === 0 || request.is404) return done(null, undefined)
    const tooMuch = checkBodySize(body as Buffer, request.routeOptions.schema?.body as TSchema | undefined)
    if (tooMuch !== undefined) return done(badRequest(tooMuch))
    try {
      done(null, JSON.parse(utf8.decode(body as Buffer)))
    } catch (error) {
      done(badRequest(`The request body must be JSON: ${(error as Error).message}`))
    }
  })
}

const utf8 = new TextDecoder('utf-8', { fatal: true })
