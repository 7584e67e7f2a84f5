import type { Call } from '../../http/call-log/call.ts'
import type { OutboxMessage } from '../../model/message.ts'
import type { Store } from '../../store/open-store.ts'
import { toRequest } from '../requests.ts'
import type { MessageRow, RequestRow } from './shapes.ts'
import type { Publish } from './source.ts'

/** Rows in one event at most; `resync` says how many more there were. */
const maxRows = 200

/** Characters of messages that are read for one event: a hundred e-mails may have megabytes each. */
const maxRead = 4_000_000

/** Characters of a message's title. */
const maxTitle = 120

/** What has come since the last event: the newest, and how many. */
class Batch<Item> {
  #newest: Item[] = []
  #count = 0

  add(items: readonly Item[]): void {
    this.#count += items.length
    this.#newest.push(...items.slice(-maxRows))
    if (this.#newest.length > 2 * maxRows) this.#newest = this.#newest.slice(-maxRows)
  }

  /** Empties it. @returns the newest, newest first, and how many there were */
  take(): { newest: Item[]; count: number } {
    const taken = { newest: this.#newest.slice(-maxRows).reverse(), count: this.#count }
    this.#newest = []
    this.#count = 0
    return taken
  }
}

/** Messages that were sent since the last event, which has many of them. */
export class NewMessages {
  readonly #ids = new Batch<number>()
  readonly #messages: Store['messages']
  readonly #publish: Publish

  constructor({ messages }: Pick<Store, 'messages'>, publish: Publish) {
    this.#messages = messages
    this.#publish = publish
  }

  add(ids: readonly number[]): void {
    this.#ids.add(ids)
  }

  forget(): void {
    this.#ids.take()
  }

  flush(): void {
    const { newest, count } = this.#ids.take()
    if (count === 0) return
    const rows: MessageRow[] = []
    let looked = 0
    for (let read = 0; looked < newest.length && read < maxRead; looked++) {
      const message = this.#messages.get(newest[looked]!)
      // It may have been deleted, or removed by OUTBOX_LIMIT.
      if (message === undefined) continue
      read += lengthOf(message)
      rows.push(toRow(message))
    }
    if (rows.length > 0)
      this.#publish(
        'messages',
        rows,
        rows.map(({ app }) => app),
      )
    if (count > looked) this.#publish('resync', { kinds: ['messages'], leftOut: count - looked })
  }
}

/** Calls that were answered since the last event, which has many of them. */
export class NewCalls {
  readonly #calls = new Batch<Call>()
  readonly #publish: Publish

  constructor(publish: Publish) {
    this.#publish = publish
  }

  add(call: Call): void {
    this.#calls.add([call])
  }

  forget(): void {
    this.#calls.take()
  }

  flush(): void {
    const { newest, count } = this.#calls.take()
    if (count === 0) return
    this.#publish('requests', newest.map(toRequestRow), newest.map(appOf))
    if (count > newest.length) {
      this.#publish('resync', { kinds: ['requests'], leftOut: count - newest.length })
    }
  }
}

const lengthOf = ({ body = '', text = '', html = '', raw = '' }: OutboxMessage): number =>
  body.length + text.length + html.length + raw.length

/** A message as a row of a list. Members without a value are left out of JSON. */
const toRow = (message: OutboxMessage): MessageRow => {
  const { id, app, time, status, statusMessage, channel, address, template } = message
  const { endpoint, user, operation, campaign, journey } = message
  return {
    id,
    app,
    at: time,
    status,
    statusMessage,
    channel,
    to: address,
    title: titleOf(message),
    endpoint,
    user,
    operation,
    template: template?.name,
    campaign,
    journey,
  } as MessageRow
}

function titleOf({ subject, title, body, text }: OutboxMessage): string | undefined {
  const whole = subject ?? title ?? body ?? text
  return whole === undefined || whole.length <= maxTitle
    ? whole
    : `${whole.slice(0, maxTitle).toWellFormed()}…`
}

const toRequestRow = (call: Call) => toRequest(call) as RequestRow

/** The id of the application in the path of a call; undefined if it has none. */
const appOf = ({ path }: Call): string | undefined => /^[^?]*\/v1\/apps\/([^/?]+)/.exec(path)?.[1]
