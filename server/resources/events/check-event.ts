import { type Static, Type } from '@sinclair/typebox'
import { ListOf, MapOf } from '../../model/common.ts'
import { type EndpointRequest, EndpointUser } from '../../model/endpoint.ts'
import { Event, PublicEndpoint, Session } from '../../model/event.ts'
import { readInstant } from '../../model/iso-time.ts'
import { eventLimits as limits } from '../../model/quotas.ts'
import { checkOf } from '../../validation/check.ts'
import { describe } from '../../validation/explain.ts'

const optionalString = Type.Optional(Type.String())

/**
 * An event as it is sent: one without a type or a time, or in a session without these, is
 * refused, and not the call.
 */
export const SentEvent = Type.Object({
  ...Event.properties,
  EventType: optionalString,
  Timestamp: optionalString,
  Session: Type.Optional(
    Type.Object({ ...Session.properties, Id: optionalString, StartTimestamp: optionalString }),
  ),
})
export type SentEvent = Static<typeof SentEvent>

const SentAttributes = Type.Optional(MapOf(ListOf(Type.String(), limits.names), limits.names))

/**
 * An endpoint as it is sent: one with an unknown channel, or with too many names or values, is
 * refused, and not the call.
 */
export const SentEndpoint = Type.Object({
  ...PublicEndpoint.properties,
  ChannelType: optionalString,
  Attributes: SentAttributes,
  Metrics: Type.Optional(MapOf(Type.Number(), limits.names)),
  User: Type.Optional(Type.Object({ ...EndpointUser.properties, UserAttributes: SentAttributes })),
})
export type SentEndpoint = Static<typeof SentEndpoint>

const endpointViolation = checkOf(PublicEndpoint)

/**
 * Checks what UpdateEndpoint checks by its schema.
 *
 * @returns the endpoint; or why it is refused, and nothing else of the call
 */
export function readEndpoint(endpoint: SentEndpoint): EndpointRequest | string {
  return endpointViolation(endpoint) ?? (endpoint as EndpointRequest)
}

/**
 * Checks an event of the right types.
 *
 * @returns why it is refused, and nothing else of the call; undefined if it is accepted
 */
export function checkEvent(event: SentEvent): string | undefined {
  const { EventType, Timestamp, ClientSdkVersion, Session, Attributes = {}, Metrics = {} } = event
  if (!EventType) return 'Missing EventType'
  if (!Timestamp) return 'Missing Timestamp'
  if (ClientSdkVersion === '') return 'ClientSdkVersion must not be empty'
  const names = [...Object.keys(Attributes), ...Object.keys(Metrics)]
  if (names.length > limits.attributesAndMetrics) {
    return `Attributes and Metrics must have at most ${limits.attributesAndMetrics} names together; got ${names.length}`
  }
  const tooLong = names.find(name => name.length > limits.attributeName)
  if (tooLong !== undefined) {
    return `Attributes and Metrics must have names of at most ${limits.attributeName} characters; got ${describe(tooLong)}`
  }
  for (const [name, value] of Object.entries(Attributes)) {
    if (value.length <= limits.attributeValue) continue
    return `Attributes.${name} must have at most ${limits.attributeValue} characters; got ${value.length}`
  }
  return checkTime('Timestamp', Timestamp) ?? (Session && checkSession(Session))
}

/** The two texts on durations are observed. */
function checkSession(session: NonNullable<SentEvent['Session']>): string | undefined {
  const { Id, StartTimestamp, StopTimestamp, Duration } = session
  if (Id === undefined) return 'Missing Session.Id'
  if (StartTimestamp === undefined) return 'Missing Session.StartTimestamp'
  const problem = checkTime('Session.StartTimestamp', StartTimestamp)
  if (problem !== undefined || !StopTimestamp) return problem
  const stopProblem = checkTime('Session.StopTimestamp', StopTimestamp)
  if (stopProblem !== undefined) return stopProblem
  if (Duration === undefined) return "Session start and stop timestamp's exist but duration is null"
  if (readInstant(StopTimestamp)! - readInstant(StartTimestamp)! === Duration) return undefined
  return 'Session duration in milliseconds must be equal to the difference of start and stop timestamp'
}

function checkTime(member: string, text: string): string | undefined {
  if (readInstant(text) !== undefined) return undefined
  return `${member} must be an ISO 8601 time such as 2019-08-23T10:54:35.220Z; got ${describe(text)}`
}

/**
 * Times whose zone is written without a colon are refused with the whole call (source: observed).
 *
 * @returns the first such time, and the path of its member; undefined if there is none
 */
export function timeWithoutColon({ Timestamp, Session }: SentEvent) {
  const times = [
    { path: ['Timestamp'], text: Timestamp },
    { path: ['Session', 'StartTimestamp'], text: Session?.StartTimestamp },
    { path: ['Session', 'StopTimestamp'], text: Session?.StopTimestamp },
  ]
  return times.find(({ text }) => text !== undefined && /[+-]\d{4}$/.test(text))
}
