import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { endpointRecipient, type Recipient } from '../../delivery/deliver.ts'
import { ApplicationParams } from '../../model/common.ts'
import { MessageRequest, MessageResponse } from '../../model/message.ts'
import type { AppRef } from '../../store/applications/applications.ts'
import type { Store } from '../../store/open-store.ts'
import { sendingAppFirst } from '../find.ts'
import { checkMessage, checkRecipients } from './check-message.ts'
import { messageOf, send } from './send.ts'

/**
 * Sends a message to up to 100 addresses and endpoints. It answers 200 also when every message has
 * failed (source: observed). Results have the addresses and ids exactly as the caller wrote them
 * (source: observed); those of addresses are in Result, those of endpoints in EndpointResult, and the
 * one that is not needed is absent (source: observed).
 *
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/apps-application-id-messages.html
 */
export const sendMessages: FastifyPluginAsyncTypebox = async app => {
  app.post(
    '/v1/apps/:applicationId/messages',
    {
      config: { operation: 'SendMessages' },
      schema: { params: ApplicationParams, body: MessageRequest, response: { 200: MessageResponse } },
      preValidation: sendingAppFirst,
    },
    async request => {
      const { applicationId } = request.params
      const { body } = request
      checkMessage(body)
      checkRecipients(body)
      const results = await send(app, {
        applicationId,
        ...messageOf('SendMessages', request.id, body),
        recipients: found => recipientsOf(app.store, found, body),
      })
      const { Addresses = {}, Endpoints = {} } = body
      const addresses = Object.keys(Addresses)
      const endpoints = Object.keys(Endpoints)
      const Result = addresses.map((address, index) => [address, results[index]])
      const EndpointResult = endpoints.map((id, index) => [id, results[addresses.length + index]])
      return {
        ApplicationId: applicationId,
        RequestId: request.id,
        ...(addresses.length > 0 && { Result: Object.fromEntries(Result) }),
        ...(endpoints.length > 0 && { EndpointResult: Object.fromEntries(EndpointResult) }),
      }
    },
  )
}

/** The recipients of a call: its addresses, then its endpoints. */
function recipientsOf(store: Store, app: AppRef, { Addresses = {}, Endpoints = {} }: MessageRequest) {
  const toAddresses = Object.entries(Addresses).map(
    ([address, { ChannelType, ...configuration }]): Recipient => ({
      ...configuration,
      channel: ChannelType,
      address,
    }),
  )
  const toEndpoints = Object.entries(Endpoints).map(([id, configuration]): Recipient => {
    const stored = store.endpoints.get(app, id)
    if (stored === undefined) {
      return { ...configuration, endpointId: id, problem: 'No endpoint found for endpointId.' }
    }
    return { ...configuration, ...endpointRecipient(stored.endpoint) }
  })
  return [...toAddresses, ...toEndpoints]
}
