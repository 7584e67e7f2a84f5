import type { TSchema } from '@sinclair/typebox'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { holdsSecrets, withoutSecrets } from '../../validation/secrets.ts'
import { parseBody } from '../body-parser.ts'

/** Bytes of a body that are kept. */
export const keptBodyBytes = 16_384

/** A body, or its beginning. */
export interface KeptBody {
  /** Undefined for one that may hold secrets and could not be read. */
  content: string | Buffer | undefined
  /** Of the whole body, as it was sent. */
  bytes: number
}

/**
 * What was sent and answered. Headers are as they were sent: what is secret in them is to be cut
 * out before they are shown.
 */
export interface Exchange {
  /** Names and values in turns. */
  requestHeaders: readonly string[]
  requestBody: KeptBody | undefined
  responseHeaders: Readonly<ReturnType<FastifyReply['getHeaders']>>
  responseBody: KeptBody | undefined
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The body as it was received, if it was read. */
    receivedBody: Buffer | undefined
  }
  interface FastifyReply {
    /** The body as it is sent. */
    sentBody: unknown
  }
}

/** Has the bodies of calls of Pinpoint's API kept until they are answered. */
export function keepBodies(app: FastifyInstance): void {
  app.decorateRequest('receivedBody', undefined)
  app.decorateReply('sentBody', undefined)
  app.addHook('onSend', (_request, reply, payload, done) => {
    reply.sentBody = payload
    done()
  })
}

/** Takes what is kept of a call that has been answered. */
export const exchangeOf = (request: FastifyRequest, reply: FastifyReply): Exchange => ({
  requestHeaders: request.raw.rawHeaders,
  requestBody: requestBodyOf(request),
  responseHeaders: reply.getHeaders(),
  responseBody: keep(reply.sentBody),
})

function requestBodyOf({ receivedBody, body, routeOptions }: FastifyRequest): KeptBody | undefined {
  if (receivedBody === undefined) return undefined
  const schema = routeOptions.schema?.body as TSchema | undefined
  if (schema === undefined || !holdsSecrets(schema)) return keep(receivedBody)
  // The body of the request has no members any more that are ignored.
  const shown = body === undefined ? undefined : withoutSecrets(schema, parseBody(receivedBody))
  const content = shown === undefined ? undefined : keep(JSON.stringify(shown))?.content
  return { content, bytes: receivedBody.length }
}

/** Copies the beginning of a large body, so that not all of it stays in memory. */
function keep(body: unknown): KeptBody | undefined {
  if (typeof body !== 'string' && !Buffer.isBuffer(body)) return undefined
  const bytes = Buffer.byteLength(body)
  if (bytes <= keptBodyBytes) return bytes === 0 ? undefined : { content: body, bytes }
  const content = Buffer.alloc(keptBodyBytes)
  const length = typeof body === 'string' ? content.write(body) : body.copy(content)
  return { content: content.subarray(0, length), bytes }
}
