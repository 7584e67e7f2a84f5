import { setImmediate } from 'node:timers/promises'
import type { Event, EventBus } from '../events/event-bus.ts'
import type { OutboxMessage } from '../model/message.ts'
import type { MessageFilters, MessagePage } from '../store/messages/messages.ts'
import type { Store } from '../store/open-store.ts'

/** Where messages are looked for, and what tells of new ones. */
interface Outbox {
  store: Pick<Store, 'messages'>
  bus: EventBus
}

/** Before all messages of a list, which is newest first. */
export const newest = Number.MAX_SAFE_INTEGER

/** Reads a page of messages, newest first. Other calls go on between the steps of a long search. */
export async function findMessages(
  { store }: Pick<Outbox, 'store'>,
  filters: MessageFilters,
  { limit, before, after }: MessagePage,
): Promise<OutboxMessage[]> {
  const messages: OutboxMessage[] = []
  for (let from = before; ; await setImmediate()) {
    const { found, next } = store.messages.step(filters, {
      limit: limit - messages.length,
      before: from,
      after,
    })
    messages.push(...found)
    if (next === undefined || messages.length >= limit) return messages
    from = next
  }
}

/**
 * The same, but waits until there is a message. Each message is looked at once, so waiting costs no
 * more in a large outbox. When the state has been replaced, ids begin again, and all of its messages
 * count as new.
 *
 * @throws the signal's reason
 */
export async function waitForMessages(
  outbox: Outbox,
  filters: MessageFilters,
  { limit, after: last }: Pick<MessagePage, 'limit' | 'after'>,
  signal: AbortSignal,
): Promise<OutboxMessage[]> {
  const { store, bus } = outbox
  let after = last
  let lookedAt = 0
  const mayMatter = (event: Event): boolean => {
    if (event.kind === 'state') after = lookedAt = 0
    else return event.kind === 'messages' && (filters.app ?? event.app) === event.app
    return true
  }
  const look = (): true | undefined => {
    const end = store.messages.last()
    for (let before: number | undefined = newest; before !== undefined; ) {
      const { found, next } = store.messages.step(filters, { limit: 1, before, after: lookedAt })
      if (found.length > 0) return true
      before = next
    }
    lookedAt = end
    return undefined
  }
  for (;;) {
    lookedAt = Math.max(after, store.messages.last())
    const found = await findMessages(outbox, filters, { limit, before: newest, after })
    if (found.length > 0) return found
    await bus.waitFor(mayMatter, look, signal)
  }
}
