import type { ChannelType } from '../../server/model/endpoint.ts'
import type { ModelledException } from '../../server/model/exception.ts'
import type { DeliveryStatus } from '../../server/model/message.ts'

/** The names of a record of all values of a type, so that the type check finds one that is missing. */
const namesOf = <Name extends string>(all: Record<Name, true>): Name[] => Object.keys(all) as Name[]

/** The channels that an endpoint may have. */
export const channelTypes = namesOf<ChannelType>({
  ADM: true,
  APNS: true,
  APNS_SANDBOX: true,
  APNS_VOIP: true,
  APNS_VOIP_SANDBOX: true,
  BAIDU: true,
  CUSTOM: true,
  EMAIL: true,
  GCM: true,
  IN_APP: true,
  PUSH: true,
  SMS: true,
  VOICE: true,
})

/** The statuses of a message to one recipient. */
export const deliveryStatuses = namesOf<DeliveryStatus>({
  SUCCESSFUL: true,
  THROTTLED: true,
  TEMPORARY_FAILURE: true,
  PERMANENT_FAILURE: true,
  UNKNOWN_FAILURE: true,
  OPT_OUT: true,
  DUPLICATE: true,
})

/** The exceptions that a call may answer. */
export const exceptions = namesOf<ModelledException>({
  BadRequestException: true,
  ForbiddenException: true,
  NotFoundException: true,
  MethodNotAllowedException: true,
  ConflictException: true,
  PayloadTooLargeException: true,
  TooManyRequestsException: true,
  InternalServerErrorException: true,
})
