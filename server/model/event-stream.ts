import { type Static, Type } from '@sinclair/typebox'

export const WriteEventStream = Type.Object({ DestinationStreamArn: Type.String(), RoleArn: Type.String() })
export type WriteEventStream = Static<typeof WriteEventStream>

export const EventStream = Type.Object({
  ...WriteEventStream.properties,
  ApplicationId: Type.String(),
  ExternalId: Type.Optional(Type.String()),
  LastModifiedDate: Type.Optional(Type.String()),
  LastUpdatedBy: Type.Optional(Type.String()),
})
export type EventStream = Static<typeof EventStream>
