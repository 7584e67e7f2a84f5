import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { type Static, Type } from '@sinclair/typebox'
import type { Call } from '../http/call-log/call.ts'
import { badRequest } from '../http/errors/exceptions.ts'
import { PageQuery, readPage } from '../http/paging.ts'
import { Flag } from '../model/common.ts'
import { lifecycleOf } from '../model/lifecycle.ts'
import { lifecycleMembers } from './lifecycle-members.ts'

const RequestsQuery = Type.Object({
  ...PageQuery.properties,
  operation: Type.Optional(Type.String({ description: 'Only calls of this operation of Pinpoint' })),
  failed: Flag('Only calls that failed, or only those that did not'),
})

/** The members that each call of the list has. */
export const requestMembers = {
  operation: Type.Optional(Type.String({ description: 'Absent for an unknown route' })),
  lifecycle: Type.Optional(lifecycleMembers.lifecycle),
  successor: lifecycleMembers.successor,
  method: Type.String(),
  path: Type.String({ description: 'Path and query, with secrets cut out' }),
  status: Type.Integer(),
  exception: Type.Optional(Type.String({ description: 'The name of the exception that was answered' })),
  milliseconds: Type.Number(),
  time: Type.String({ description: 'When the call arrived, ISO 8601' }),
  requestId: Type.String({ description: 'The request id, as in the header x-amzn-RequestId' }),
}

const Requests = Type.Object({
  items: Type.Array(Type.Object(requestMembers)),
  nextToken: Type.Optional(Type.String()),
})
export type Requests = Static<typeof Requests>

/**
 * The latest calls of Pinpoint's API, newest first, failed ones included, for tests to assert on.
 */
export const requests: FastifyPluginAsyncTypebox = async app => {
  app.get(
    '/_pinpoint/requests',
    {
      config: { operation: 'requests' },
      schema: {
        summary: "The latest calls of Pinpoint's API, newest first",
        querystring: RequestsQuery,
        response: { 200: Requests },
      },
    },
    async ({ query }) => {
      const { operation, failed } = query
      if (operation !== undefined) checkOperation(operation, app.operations)
      const list = `requests/${operation ?? ''}/${failed ?? ''}`
      const isMeant = (call: Call) =>
        (operation === undefined || call.operation === operation) &&
        (failed === undefined || String(call.status >= 400) === failed)
      const { values, token } = readPage(
        query,
        list,
        Number.MAX_SAFE_INTEGER,
        Number.isSafeInteger,
        (limit, before) =>
          app.requestJournal
            .list(before, limit, isMeant)
            .map(({ at, value }) => ({ at, value: toRequest(value) })),
      )
      return { items: values, ...(token !== undefined && { nextToken: token }) }
    },
  )

  app.delete(
    '/_pinpoint/requests',
    {
      config: { operation: 'deleteRequests' },
      schema: { summary: 'Removes all calls from the list', response: { 204: Type.Null() } },
    },
    async (_request, reply) => {
      app.requestJournal.clear()
      app.bus.emit({ kind: 'removed', what: 'requests' })
      return reply.code(204).send(null)
    },
  )
}

/** A call as the list has it: without its headers and bodies. */
export const toRequest = ({ milliseconds, answeredAt, exchange: _, ...call }: Call) => ({
  ...call,
  ...(call.operation !== undefined && lifecycleOf(call.operation)),
  milliseconds: Number(milliseconds.toFixed(3)),
  time: new Date(answeredAt - milliseconds).toISOString(),
})

/** @throws BadRequestException that lists the operations */
function checkOperation(operation: string, known: ReadonlySet<string>): void {
  if (known.has(operation)) return
  throw badRequest(
    `operation must be one of ${[...known].sort().join(', ')}; got ${JSON.stringify(operation)}`,
  )
}
