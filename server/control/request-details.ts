import { StringDecoder } from 'node:string_decoder'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { type Static, Type } from '@sinclair/typebox'
import { type KeptBody, keptBodyBytes } from '../http/call-log/exchange.ts'
import { orNotFound } from '../http/errors/exceptions.ts'
import { pathParams } from '../model/common.ts'
import { redact } from '../process/redact.ts'
import { requestMembers, toRequest } from './requests.ts'

const Message = Type.Object({
  headers: Type.Array(Type.Object({ name: Type.String(), value: Type.String() })),
  body: Type.Optional(
    Type.String({
      description: `The first ${keptBodyBytes} bytes; absent if there is none, or if it may hold secrets and is not valid`,
    }),
  ),
  bytes: Type.Integer({ description: 'Of the whole body' }),
})

const RequestDetails = Type.Object({ ...requestMembers, request: Message, response: Message })
export type RequestDetails = Static<typeof RequestDetails>

/**
 * One of the latest calls of Pinpoint's API with its headers and bodies. Secrets are cut out: those
 * of headers and URLs wherever they are, and members of bodies that Pinpoint never answers.
 */
export const requestDetails: FastifyPluginAsyncTypebox = async app => {
  app.get(
    '/_pinpoint/requests/:requestId',
    {
      config: { operation: 'requestDetails' },
      schema: {
        summary: "One of the latest calls of Pinpoint's API, with headers and bodies",
        params: pathParams({ requestId: 'Id of the request, as in the header x-amzn-RequestId' }),
        response: { 200: RequestDetails },
      },
    },
    async ({ params: { requestId } }) => {
      const call = orNotFound(
        app.requestJournal.find(requestId),
        `The request ${requestId} is not among the latest calls: GET /_pinpoint/requests lists them`,
      )
      const { requestHeaders, requestBody, responseHeaders, responseBody } = call.exchange
      return {
        ...toRequest(call),
        request: { headers: pairsOf(requestHeaders), ...toBody(requestBody) },
        response: {
          headers: Object.entries(responseHeaders).flatMap(([name, value]) =>
            [value ?? []].flat().map(one => toHeader(name, String(one))),
          ),
          ...toBody(responseBody),
        },
      }
    },
  )
}

/** @param raw names and values in turns */
const pairsOf = (raw: readonly string[]) =>
  raw.flatMap((name, index) => (index % 2 === 0 ? [toHeader(name, raw[index + 1]!)] : []))

function toHeader(name: string, value: string) {
  const line = redact(`${name}: ${value}`)
  return { name, value: line.slice(name.length + 2) }
}

function toBody(kept: KeptBody | undefined): { body?: string; bytes: number } {
  if (kept?.content === undefined) return { bytes: kept?.bytes ?? 0 }
  const { content, bytes } = kept
  // A character that is cut in half is left out.
  const text = typeof content === 'string' ? content : new StringDecoder('utf8').write(content)
  return { body: redact(text), bytes }
}
