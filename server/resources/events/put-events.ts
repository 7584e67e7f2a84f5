import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { type Static, Type } from '@sinclair/typebox'
import { eventSource } from '../../delivery/events/event-source.ts'
import { recordEvents } from '../../delivery/write-messages.ts'
import { listAttributeValues } from '../../endpoints/check-endpoint.ts'
import { type RequestedEndpoint, writeEndpoints } from '../../endpoints/write-endpoint.ts'
import { badRequest, PinpointException } from '../../http/errors/exceptions.ts'
import { ApplicationParams, MapOf } from '../../model/common.ts'
import { type EventItemResponse, EventsResponse, type ItemResponse } from '../../model/event.ts'
import { isObject } from '../../model/is-object.ts'
import { eventLimits } from '../../model/quotas.ts'
import { describe, ofRequest } from '../../validation/explain.ts'
import { appFirst, findApp } from '../find.ts'
import { checkEvent, readEndpoint, SentEndpoint, SentEvent, timeWithoutColon } from './check-event.ts'
import { reportedEvent } from './event-record.ts'

/** The events of one endpoint. Clients leave out either part (assumed). */
const Batch = Type.Object({
  Endpoint: Type.Optional(SentEndpoint),
  Events: Type.Optional(MapOf(SentEvent, eventLimits.ofEndpoint)),
})
const EventsRequest = Type.Object({ BatchItem: MapOf(Batch, eventLimits.endpoints) })
type EventsRequest = Static<typeof EventsRequest>

/**
 * Records events of endpoints, and creates or changes these as UpdateEndpoint does. It answers 202
 * also when items fail: each has a status of its own, with the ids exactly as the caller wrote them
 * (source: observed). An endpoint without members is not changed (source: observed). Events of an
 * endpoint that is refused are accepted, but start no campaigns and journeys (assumed).
 *
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/apps-application-id-events.html
 */
export const putEvents: FastifyPluginAsyncTypebox = async app => {
  const { store } = app
  const url = '/v1/apps/:applicationId/events'
  const schema = { params: ApplicationParams, body: EventsRequest, response: { 202: EventsResponse } }
  for (const route of [
    { url, schema },
    // Browsers' sendBeacon sends here in a client's code (source: observed, in one); signed by the query.
    { url: `${url}/legacy`, schema: { ...schema, hide: true } },
  ]) {
    app.post(
      route.url,
      {
        config: { operation: 'PutEvents' },
        schema: route.schema,
        preValidation: [
          appFirst,
          async ({ body, receivedBody }) => {
            checkBytes(receivedBody?.length ?? 0)
            const items = isObject(body) && isObject(body.BatchItem) ? Object.values(body.BatchItem) : []
            for (const item of items) if (isObject(item)) listAttributeValues(item.Endpoint)
          },
        ],
      },
      async (request, reply) => {
        const { applicationId } = request.params
        const { BatchItem } = request.body
        checkEvents(BatchItem, request.receivedBody?.length ?? 0)
        const Results = await store.write(() => {
          // Within the transaction: an event must not be later than a clock that is set back meanwhile.
          const now = app.now()
          const found = findApp(store, applicationId)
          const batches = Object.entries(BatchItem)
          const write = { app: found, idMember: 'The endpoint id', requestId: request.id, now: now.getTime() }
          const refusalOf = new Map<string, string | undefined>()
          const changed: RequestedEndpoint[] = []
          for (const [id, { Endpoint }] of batches) {
            if (Endpoint === undefined || Object.keys(Endpoint).length === 0) continue
            const read = readEndpoint(Endpoint)
            if (typeof read === 'string') refusalOf.set(id, read)
            else changed.push({ id, request: read })
          }
          const refusals = writeEndpoints(store.endpoints, changed, write)
          for (const [index, { id }] of changed.entries()) refusalOf.set(id, refusals[index])

          const source = eventSource(store, found, now)
          const events = []
          const results: [string, ItemResponse][] = []
          for (const [endpointId, { Events = {} }] of batches) {
            const refusal = refusalOf.get(endpointId)
            const endpoint = store.endpoints.get(found, endpointId)?.endpoint
            const answers: [string, EventItemResponse][] = []
            for (const [eventId, event] of Object.entries(Events)) {
              const problem = checkEvent(event)
              answers.push([eventId, answerOf(problem)])
              if (problem !== undefined) continue
              const record = reportedEvent(source, endpoint?.Id ?? endpointId, event, endpoint)
              events.push({ ...record, isSilent: refusal !== undefined })
            }
            results.push([
              endpointId,
              { EndpointItemResponse: answerOf(refusal), EventsItemResponse: Object.fromEntries(answers) },
            ])
          }
          recordEvents(store, found, events)
          return Object.fromEntries(results)
        })
        app.bus.emit({ kind: 'events', app: applicationId })
        app.jobWorker.wake()
        return reply.code(202).send({ Results })
      },
    )
  }
}

const answerOf = (problem: string | undefined): EventItemResponse =>
  problem === undefined ? { Message: 'Accepted', StatusCode: 202 } : { Message: problem, StatusCode: 400 }

/** @throws PayloadTooLargeException */
function checkBytes(bytes: number): void {
  if (bytes <= eventLimits.requestBytes) return
  throw tooLarge(`The request body must be at most ${eventLimits.requestBytes} bytes (4 MB); got ${bytes}`)
}

/**
 * Checks what refuses a call as a whole.
 *
 * @throws BadRequestException; PayloadTooLargeException
 */
function checkEvents(batches: EventsRequest['BatchItem'], bytes: number): void {
  const events = Object.entries(batches).flatMap(([endpoint, { Events = {} }]) =>
    Object.entries(Events).map(([id, event]) => ({ path: ['BatchItem', endpoint, 'Events', id], event })),
  )
  if (events.length > eventLimits.events) {
    throw badRequest(`BatchItem must have at most ${eventLimits.events} events; got ${events.length}`)
  }
  for (const { path, event } of events) {
    const time = timeWithoutColon(event)
    if (time !== undefined) {
      throw badRequest(
        `${ofRequest.member([...path, ...time.path])} must have its time zone as Z or +00:00; got ${describe(time.text)}`,
      )
    }
    // Only a large body can have a large event.
    if (bytes <= eventLimits.eventBytes) continue
    const size = Buffer.byteLength(JSON.stringify(event))
    if (size <= eventLimits.eventBytes) continue
    throw tooLarge(
      `${ofRequest.member(path)} must be at most ${eventLimits.eventBytes} bytes (1,000 KB); got ${size}`,
    )
  }
}

const tooLarge = (message: string) => new PinpointException('PayloadTooLargeException', message)
