import { type Static, Type } from '@sinclair/typebox'
import { ListOf, MapOf, OneOf } from './common.ts'
import { endpointLimits as limits } from './quotas.ts'

/** The channels that an endpoint can have (source: model). */
export const ChannelType = OneOf([
  'PUSH',
  'GCM',
  'APNS',
  'APNS_SANDBOX',
  'APNS_VOIP',
  'APNS_VOIP_SANDBOX',
  'ADM',
  'SMS',
  'VOICE',
  'EMAIL',
  'BAIDU',
  'CUSTOM',
  'IN_APP',
])
export type ChannelType = Static<typeof ChannelType>

const optionalString = Type.Optional(Type.String())

/** Custom attributes: lists of values by name. */
export const Attributes = MapOf(ListOf(Type.String(), limits.attributeValues), limits.customAttributes)
export type Attributes = Static<typeof Attributes>

/** Custom metrics: numbers by name. */
export const Metrics = MapOf(Type.Number(), limits.customAttributes)
export type Metrics = Static<typeof Metrics>

export const EndpointDemographic = Type.Object({
  AppVersion: optionalString,
  Locale: optionalString,
  Make: optionalString,
  Model: optionalString,
  ModelVersion: optionalString,
  Platform: optionalString,
  PlatformVersion: optionalString,
  Timezone: optionalString,
})
export type EndpointDemographic = Static<typeof EndpointDemographic>

export const EndpointLocation = Type.Object({
  City: optionalString,
  Country: optionalString,
  Latitude: Type.Optional(Type.Number()),
  Longitude: Type.Optional(Type.Number()),
  PostalCode: optionalString,
  Region: optionalString,
})
export type EndpointLocation = Static<typeof EndpointLocation>

export const EndpointUser = Type.Object({
  UserAttributes: Type.Optional(Attributes),
  UserId: optionalString,
})
export type EndpointUser = Static<typeof EndpointUser>

const endpointMembers = {
  ChannelType: Type.Optional(ChannelType),
  Address: optionalString,
  EndpointStatus: optionalString,
  OptOut: optionalString,
  RequestId: optionalString,
  Location: Type.Optional(EndpointLocation),
  Demographic: Type.Optional(EndpointDemographic),
  EffectiveDate: optionalString,
  Attributes: Type.Optional(Attributes),
  Metrics: Type.Optional(Metrics),
  User: Type.Optional(EndpointUser),
}

/** The body of UpdateEndpoint. */
export const EndpointRequest = Type.Object(endpointMembers)
export type EndpointRequest = Static<typeof EndpointRequest>

/** An item of UpdateEndpointsBatch. */
export const EndpointBatchItem = Type.Object({ ...endpointMembers, Id: optionalString })
export type EndpointBatchItem = Static<typeof EndpointBatchItem>

/** The answer of GetEndpoint, its members in the order of the sample in the guide. */
export const EndpointResponse = Type.Object({
  ...endpointMembers,
  ApplicationId: optionalString,
  Id: optionalString,
  CohortId: optionalString,
  CreationDate: optionalString,
})
export type EndpointResponse = Static<typeof EndpointResponse>

export const EndpointsResponse = Type.Object({ Item: Type.Array(EndpointResponse) })

/** An endpoint with the members that GetEndpoint always has. */
export type Endpoint = EndpointResponse &
  Required<
    Pick<
      EndpointResponse,
      | 'ApplicationId'
      | 'Id'
      | 'EndpointStatus'
      | 'OptOut'
      | 'RequestId'
      | 'CohortId'
      | 'CreationDate'
      | 'EffectiveDate'
      | 'Attributes'
      | 'Metrics'
      | 'Location'
      | 'Demographic'
      | 'User'
    >
  >
