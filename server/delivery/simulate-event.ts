import { emailEvents, pushEvents, type StoredEvent, smsEvents } from '../model/event-record.ts'
import type { OutboxMessage } from '../model/message.ts'
import { phoneDigits } from '../model/phone-digits.ts'
import type { Store } from '../store/open-store.ts'
import { kindOf } from './content.ts'
import { eventSource } from './events/event-source.ts'
import { eventsOfSent, messageRecord } from './events/message-events.ts'
import { type EventStore, recordEvents } from './write-messages.ts'

/**
 * Records an event of a message, as if its recipient or its carrier had done it, with its effect:
 * `_SMS.OPTOUT` makes the number opt out. To be called in a transaction, with a message that was read
 * in it.
 *
 * @returns the event, or why it cannot be
 */
export function simulateEvent(
  store: EventStore & Pick<Store, 'apps' | 'optOuts'>,
  { id, app: appId, ...message }: OutboxMessage,
  type: string,
  attributes: Readonly<Record<string, string>> | undefined,
  now: Date,
): StoredEvent | string {
  const types = eventTypesOf(message)
  if (types.length === 0) {
    return `messages by ${message.channel ?? 'no channel'} have no events: nothing is streamed of them`
  }
  if (!types.includes(type)) {
    return `eventType must be one of ${types.join(', ')} for a message by ${message.channel}; got ${JSON.stringify(type)}`
  }
  if (message.status !== 'SUCCESSFUL') {
    return `message ${id} was not sent (${message.status}: ${message.statusMessage}), so nothing happens to it`
  }
  if (message.renderingFailure !== undefined) {
    return `message ${id} was not delivered, so nothing happens to it: it does not render (${message.renderingFailure})`
  }
  const app = store.apps.find(appId)!
  const { endpoint, campaign, journey } = message
  const told = { record: message, ...(attributes !== undefined && { given: attributes }) }
  const recorded = recordEvents(store, app, [
    {
      types: [type],
      origin: { message: told },
      time: now.getTime(),
      message: id,
      endpoint,
      campaign,
      journey,
      sentTypes: eventsOfSent({ record: message })?.types ?? [],
    },
  ])
  const number = phoneDigits(message.address ?? '')
  if (type === '_SMS.OPTOUT' && number !== undefined) store.optOuts.add(number, now.toISOString())
  const event = messageRecord(eventSource(store, app, now), type, { ...told, id })
  return { id: recorded, app: appId, event }
}

/** What can happen to a message, by its channel and by who has sent it. */
function eventTypesOf({ channel = '', journey }: Pick<OutboxMessage, 'channel' | 'journey'>): string[] {
  switch (kindOf(channel)) {
    case 'EMAIL':
      return [...emailEvents]
    case 'SMS':
      return [...smsEvents]
    case 'PUSH':
      return pushEvents.map(name => `_${journey === undefined ? 'campaign' : 'journey'}.${name}`)
    default:
      return []
  }
}
