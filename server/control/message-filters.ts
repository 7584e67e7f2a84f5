import { type Static, Type } from '@sinclair/typebox'
import { orNotFound } from '../http/errors/exceptions.ts'
import { Flag, OneOf, pathParams } from '../model/common.ts'
import { ChannelType } from '../model/endpoint.ts'
import { deliveryStatuses, type OutboxMessage } from '../model/message.ts'
import type { MessageFilters } from '../store/messages/messages.ts'
import type { Store } from '../store/open-store.ts'
import { readBound, readId } from './find-records.ts'
import { readAddress, readAddressId } from './read-address.ts'

/** The operations that send messages. */
const sendingOperations = ['SendMessages', 'SendUsersMessages', 'SendOTPMessage'] as const

const filter = (description: string) => Type.Optional(Type.String({ description }))

/**
 * The query parameters that select messages: those that match all that are given. Lists are copied,
 * since OpenAPI would refer to the shapes that have them, and lose the descriptions.
 */
export const MessagesQuery = Type.Object({
  app: filter('Id of the application'),
  channel: Type.Optional(OneOf([...ChannelType.enum], { description: 'The channel' })),
  address: filter('The address, as the caller wrote it, or as the endpoint has it'),
  endpoint: filter('Id of the endpoint; case does not matter in ASCII'),
  user: filter('Id of the user'),
  messageId: filter('The MessageId, as in the answer'),
  status: Type.Optional(OneOf([...deliveryStatuses], { description: 'The status' })),
  failed: Flag('Whether the status is another than SUCCESSFUL'),
  operation: Type.Optional(OneOf(sendingOperations, { description: 'The operation that sent it' })),
  template: filter('Name of the template'),
  campaign: filter('Id of the campaign'),
  journey: filter('Id of the journey'),
  text: filter('A part of the subject, the title or the body; case does not matter in ASCII'),
  after: filter('Only messages with a greater id'),
  before: filter('Only messages with a smaller id'),
})
export type MessagesQuery = Static<typeof MessagesQuery>

/**
 * Reads the filters of a query.
 *
 * @returns the filters, and the ids after and before which messages count
 * @throws BadRequestException
 */
export function readFilters({ after, before, ...filters }: MessagesQuery): {
  filters: MessageFilters
  after: number
  before: number
} {
  const { address, endpoint, user } = filters
  return {
    filters: {
      ...filters,
      address: readAddress(address),
      endpoint: readAddressId(endpoint),
      user: readAddressId(user),
    },
    after: readBound('after', after, 'a message') ?? 0,
    before: readBound('before', before, 'a message') ?? Number.MAX_SAFE_INTEGER,
  }
}

/** Path parameters of a call about one message. */
export const MessageParams = pathParams({ messageId: 'Id of the message' })

/** @throws NotFoundException */
export function findMessage(
  store: Pick<Store, 'messages'>,
  { messageId }: Static<typeof MessageParams>,
): OutboxMessage {
  const id = readId(messageId)
  const found = id === undefined ? undefined : store.messages.get(id)
  return orNotFound(found, `Message not found: ${messageId}`)
}
