import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { endpointRecipient, type Recipient } from '../../delivery/deliver.ts'
import { badRequest } from '../../http/errors/exceptions.ts'
import { ApplicationParams } from '../../model/common.ts'
import {
  type EndpointMessageResult,
  SendUsersMessageRequest,
  SendUsersMessageResponse,
} from '../../model/message.ts'
import type { AppRef } from '../../store/applications/applications.ts'
import type { Store } from '../../store/open-store.ts'
import { sendingAppFirst } from '../find.ts'
import { checkMessage } from './check-message.ts'
import { messageOf, send } from './send.ts'

/** A recipient, with the user and the endpoint under which its result is answered. */
type UserRecipient = Recipient & { user: string; endpointId: string }

/**
 * Sends a message to all endpoints of up to 100 users, each with a result of its own (source:
 * observed). INACTIVE endpoints are left out (assumed). The result of a user without endpoints has
 * the empty text as its endpoint (source: observed).
 *
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/apps-application-id-users-messages.html
 */
export const sendUsersMessages: FastifyPluginAsyncTypebox = async app => {
  app.post(
    '/v1/apps/:applicationId/users-messages',
    {
      config: { operation: 'SendUsersMessages' },
      schema: {
        params: ApplicationParams,
        body: SendUsersMessageRequest,
        response: { 200: SendUsersMessageResponse },
      },
      preValidation: sendingAppFirst,
    },
    async request => {
      const { applicationId } = request.params
      const { body } = request
      checkMessage(body)
      if (Object.keys(body.Users).length === 0) throw badRequest('Users must have at least one recipient')
      let recipients: UserRecipient[] = []
      const results = await send(app, {
        applicationId,
        ...messageOf('SendUsersMessages', request.id, body),
        recipients: found => {
          recipients = recipientsOf(app.store, found, body)
          return recipients
        },
      })
      const Result: Record<string, Record<string, EndpointMessageResult>> = {}
      for (const [index, { user, endpointId }] of recipients.entries()) {
        Result[user] = { ...Result[user], [endpointId]: results[index]! }
      }
      return { ApplicationId: applicationId, RequestId: request.id, Result }
    },
  )
}

const recipientsOf = (store: Store, app: AppRef, { Users }: SendUsersMessageRequest): UserRecipient[] =>
  Object.entries(Users).flatMap(([user, configuration]) => {
    const stored = store.endpoints.ofUser(app, user)
    const active = stored.filter(({ endpoint }) => endpoint.EndpointStatus !== 'INACTIVE')
    if (active.length === 0) {
      return [{ ...configuration, user, endpointId: '', problem: 'No endpoints found for userId.' }]
    }
    return active.map(({ endpoint }) => ({
      ...configuration,
      ...endpointRecipient(endpoint),
      user,
      endpointId: endpoint.Id,
    }))
  })
