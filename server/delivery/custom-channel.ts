import type { EndpointResponse } from '../model/endpoint.ts'
import type { NewOutboxMessage } from '../model/message.ts'
import { eventAttributeLimits } from '../model/quotas.ts'
import type { AppRef } from '../store/applications/applications.ts'
import type { Store } from '../store/open-store.ts'
import { callHook, type HookSettings } from './call-hook.ts'
import { endpointRecipient, faultsOf, type Refused, type Sending } from './deliver.ts'

/** An endpoint that gets a message through a custom channel. */
export interface CustomRecipient {
  /** Its id. */
  id: string
  endpoint: EndpointResponse
}

/** A recipient of which it is decided whether it gets the message. */
export interface PlannedCustom extends CustomRecipient {
  /** How a fault rule refuses it: the channel is then not called for it. */
  refused: Refused | undefined
}

/**
 * Decides which recipients fault rules refuse: for them, the channel of these messages is CUSTOM, as
 * in the outbox. To be called in a transaction; see `planDeliveries`.
 */
export function planCustom(
  store: Pick<Store, 'faults'>,
  app: AppRef,
  recipients: readonly CustomRecipient[],
): PlannedCustom[] {
  const faultOf = faultsOf(store, app)
  return recipients.map(recipient => ({
    ...recipient,
    refused: faultOf({ ...endpointRecipient(recipient.endpoint), channel: 'CUSTOM' }),
  }))
}

/** What is delivered through a custom channel, and by what. */
export interface CustomDelivery extends Pick<Sending, 'app' | 'origin'> {
  /** A URL, or the name or ARN of a Lambda function. */
  target: string
  data: string
  /** What else the payload says: the campaign, or the journey, and its activity. */
  payload: Record<string, string>
}

/** What a custom channel answers of an endpoint. */
interface AnswerOfEndpoint {
  /** Its EventAttributes, which decide splits of journeys (source: guide). */
  attributes: Record<string, string>
  /** How many more there were, beyond the limits. */
  ignored: number
}

/** What a custom channel answers, by the ids of endpoints. */
export type CustomAnswer = ReadonlyMap<string, AnswerOfEndpoint>

/**
 * Delivers a message through a custom channel: one call, with the payload of the guide, or none if all
 * are refused. Any answer with a status of 200 to 299 is a success of all of them (assumed). Where
 * EventAttributes of a journey are ignored, the record says so.
 *
 * @param recipients as many as one call may have, at most
 * @returns a record for each recipient, in their order; and the answer
 */
export async function deliverCustom(
  settings: HookSettings,
  { app, origin, target, data, payload }: CustomDelivery,
  recipients: readonly PlannedCustom[],
  now: Date,
): Promise<{ records: NewOutboxMessage[]; answer: CustomAnswer }> {
  const called = recipients.filter(({ refused }) => refused === undefined)
  const body = {
    Message: {},
    Data: data,
    ApplicationId: app.id,
    ...payload,
    Endpoints: endpointsIn(called),
  }
  const outcome =
    called.length === 0 ? { answer: new Map() } : await callHook(settings, target, body, readAnswer)
  const answer: CustomAnswer = 'answer' in outcome ? outcome.answer : new Map()
  // Campaigns use no EventAttributes at all.
  const noteOf = (id: string) => (origin.journey === undefined ? '' : noteOfIgnored(answer.get(id)?.ignored))
  const statusOf = (id: string) =>
    'answer' in outcome
      ? {
          status: 'SUCCESSFUL' as const,
          statusCode: 200,
          statusMessage: `delivered by ${target}${noteOf(id)}`,
        }
      : {
          status: 'PERMANENT_FAILURE' as const,
          statusCode: 400,
          statusMessage: 'failed' in outcome ? outcome.failed : outcome.notAllowed,
        }
  const records = recipients.map(({ id, endpoint, refused }): NewOutboxMessage => {
    const { Address, User } = endpoint
    return {
      time: now.toISOString(),
      ...origin,
      ...(refused ?? statusOf(id)),
      channel: 'CUSTOM',
      ...(Address && { address: Address }),
      endpoint: id,
      ...(User?.UserId && { user: User.UserId }),
      ...(data !== '' && { body: data }),
    }
  })
  return { records, answer }
}

/** Endpoints by their ids, as hooks get them: without the id itself (source: guide). */
export const endpointsIn = (recipients: readonly CustomRecipient[]): Record<string, EndpointResponse> =>
  Object.fromEntries(recipients.map(({ id, endpoint: { Id: _, ...endpoint } }) => [id, endpoint]))

/**
 * Reads the answer of a custom channel. Only journeys use it, so whatever has another form is ignored,
 * and no failure: also attributes that are not strings, or are beyond the limits (assumed).
 */
function readAnswer(text: string): CustomAnswer {
  let answer: unknown
  try {
    answer = JSON.parse(text)
  } catch {
    return new Map()
  }
  const read = new Map<string, AnswerOfEndpoint>()
  for (const [id, ofEndpoint] of Object.entries(Object(answer))) {
    const given: unknown = Object(ofEndpoint).EventAttributes
    if (typeof given !== 'object' || given === null) continue
    const texts = Object.entries(given).filter(([, value]) => typeof value === 'string')
    const taken = texts
      .filter(pair => pair.every(text => text.length <= eventAttributeLimits.characters))
      .slice(0, eventAttributeLimits.perEndpoint)
    read.set(id, { attributes: Object.fromEntries(taken), ignored: texts.length - taken.length })
  }
  return read
}

/** What a record says of EventAttributes that were ignored, if any were. */
function noteOfIgnored(ignored = 0): string {
  const { perEndpoint, characters } = eventAttributeLimits
  return ignored === 0
    ? ''
    : `; ${ignored} of its EventAttributes ignored: an endpoint has at most ${perEndpoint}, with names and values of at most ${characters} characters`
}
