import { type Static, Type } from '@sinclair/typebox'
import { MapOf } from './common.ts'
import { EndpointRequest } from './endpoint.ts'
import { eventLimits } from './quotas.ts'

const optionalString = Type.Optional(Type.String())

export const Session = Type.Object({
  Duration: Type.Optional(Type.Integer()),
  Id: Type.String(),
  StartTimestamp: Type.String(),
  StopTimestamp: optionalString,
})
export type Session = Static<typeof Session>

export const Event = Type.Object({
  AppPackageName: optionalString,
  AppTitle: optionalString,
  AppVersionCode: optionalString,
  Attributes: Type.Optional(MapOf(Type.String(), eventLimits.names)),
  ClientSdkVersion: optionalString,
  EventType: Type.String(),
  Metrics: Type.Optional(MapOf(Type.Number(), eventLimits.names)),
  SdkName: optionalString,
  Session: Type.Optional(Session),
  Timestamp: Type.String(),
})
export type Event = Static<typeof Event>

/** An endpoint as PutEvents takes it: members as those of UpdateEndpoint. */
export const PublicEndpoint = EndpointRequest

/** The events of one endpoint, by their ids. */
export const EventsBatch = Type.Object({
  Endpoint: PublicEndpoint,
  Events: MapOf(Event, eventLimits.ofEndpoint),
})
export type EventsBatch = Static<typeof EventsBatch>

/** The body of PutEvents: events by the ids of their endpoints. */
export const EventsRequest = Type.Object({ BatchItem: MapOf(EventsBatch, eventLimits.endpoints) })
export type EventsRequest = Static<typeof EventsRequest>

const answered = { Message: optionalString, StatusCode: Type.Optional(Type.Integer()) }

export const EndpointItemResponse = Type.Object({ ...answered })
export const EventItemResponse = Type.Object({ ...answered })
export type EventItemResponse = Static<typeof EventItemResponse>

export const ItemResponse = Type.Object({
  EndpointItemResponse: Type.Optional(EndpointItemResponse),
  EventsItemResponse: Type.Optional(MapOf(EventItemResponse)),
})
export type ItemResponse = Static<typeof ItemResponse>

export const EventsResponse = Type.Object({ Results: Type.Optional(MapOf(ItemResponse)) })
