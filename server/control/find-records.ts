import { setImmediate, setTimeout } from 'node:timers/promises'
import { type Static, Type } from '@sinclair/typebox'
import type { Event, EventBus } from '../events/event-bus.ts'
import { badRequest } from '../http/errors/exceptions.ts'
import { beginPage, PageQuery } from '../http/paging.ts'
import { describe } from '../validation/explain.ts'

/** A list of the store that grows: messages, or events. */
export interface RecordList<Filters, Found> {
  /**
   * Reads some records, the newest first, and says where the next step goes on, and whether they
   * are so long that the page ends with them.
   */
  step(filters: Filters, page: RecordPage): { found: Found[]; next: number | undefined; isFull?: boolean }
  /** The highest id that a record has had. */
  last(): number
}

/** Which records to read: at most `limit`, the newest first, with ids between the two. */
export interface RecordPage {
  limit: number
  before: number
  after: number
}

/** Before all records of a list, which is newest first. */
const newest = Number.MAX_SAFE_INTEGER

/** The longest wait, in seconds (contract). */
const maxWait = 60

/** How a list of records is asked for. */
export const RecordQuery = Type.Object({
  ...PageQuery.properties,
  wait: Type.Optional(
    Type.String({
      description: `Seconds to wait for one that matches, at most ${maxWait}; without one by then, there are no items`,
    }),
  ),
})
type RecordQuery = Static<typeof RecordQuery>

/** Which records are asked for. */
export interface RecordSearch<Filters, Found> {
  list: RecordList<Filters, Found>
  /** Names the list, for tokens. */
  name: string
  /** Events on the bus that tell of new records. */
  kinds: readonly ('messages' | 'events')[]
  filters: Filters
  /** Only records with a greater id. */
  after: number
  /** Only records with a smaller id, if it is given. */
  before?: number
}

/**
 * Reads a page of records, newest first; with `wait` and without a token, as soon as there are any.
 *
 * @param gone fires when nobody waits any more
 * @returns a page, and `last`, the highest id when the list was read: all records up to it were
 *   looked at, so `after` with it misses none
 * @throws BadRequestException
 */
export async function answerRecords<Filters extends { app?: string }, Found extends { id: number }>(
  bus: EventBus,
  gone: () => AbortSignal,
  search: RecordSearch<Filters, Found>,
  query: RecordQuery,
): Promise<{ items: Found[]; nextToken?: string; last: number }> {
  const { list, name, filters, after } = search
  const { wait, ...paged } = query
  const seconds = readWait(wait)
  const ofList = `${name}/${JSON.stringify(filters)}`
  const { limit, after: from, answer } = beginPage(paged, ofList, newest, Number.isSafeInteger)
  const before = Math.min(from, search.before ?? newest)
  const { found, last, stoppedAt } =
    seconds === 0 || query.token !== undefined
      ? await findRecords(list, filters, { limit, before, after })
      : await within(seconds, gone(), signal => waitForRecords(bus, search, limit, signal))
  const { values, token } = answer(
    found.map(record => ({ at: record.id, value: record })),
    stoppedAt,
  )
  return { items: values, ...(token !== undefined && { nextToken: token }), last }
}

/** Reads an id of a record. @returns undefined for a text that is none */
export const readId = (text: string): number | undefined =>
  /^\d{1,15}$/.test(text) ? Number(text) : undefined

/**
 * Reads a query parameter that is the id of a record, if it is there.
 *
 * @param what a record is, for messages
 * @throws BadRequestException
 */
export function readBound(parameter: string, text: string | undefined, what: string): number | undefined {
  const id = text === undefined ? undefined : readId(text)
  if (text !== undefined && id === undefined) {
    throw badRequest(`${parameter} must be the id of ${what}; got ${describe(text)}`)
  }
  return id
}

/** @throws BadRequestException */
function readWait(text: string | undefined): number {
  if (text === undefined) return 0
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
  if (seconds <= maxWait) return seconds
  throw badRequest(`wait must be a number of seconds from 0 to ${maxWait}; got ${describe(text)}`)
}

/** What a search has found, and the highest id when it began. */
interface SearchResult<Found> {
  found: Found[]
  last: number
  /** Where it has stopped, if it has before the page was full. */
  stoppedAt?: number | undefined
}

/**
 * Reads a page of records, newest first. Other calls go on between the steps of a long search; what
 * they write is left to the next search.
 */
async function findRecords<Filters, Found>(
  list: RecordList<Filters, Found>,
  filters: Filters,
  { limit, before, after }: RecordPage,
): Promise<SearchResult<Found>> {
  const last = list.last()
  const records: Found[] = []
  for (let from = Math.min(before, last + 1); ; await setImmediate()) {
    const step = list.step(filters, { limit: limit - records.length, before: from, after })
    const { found, next, isFull = false } = step
    records.push(...found)
    if (next === undefined || records.length >= limit) return { found: records, last }
    if (isFull) return { found: records, last, stoppedAt: next }
    from = next
  }
}

/**
 * The same, but waits until there is a record. Each is looked at once, so waiting costs no more in a
 * list. When the state has been replaced, ids begin again, and all of its records count as new.
 *
 * @param signal ends the wait, with no records
 */
async function waitForRecords<Filters extends { app?: string }, Found>(
  bus: EventBus,
  { list, kinds, filters, after: last, before: end = newest }: RecordSearch<Filters, Found>,
  limit: number,
  signal: AbortSignal,
): Promise<SearchResult<Found>> {
  let after = last
  /** All records up to this id were looked at. */
  let lookedAt = 0
  const mayMatter = (event: Event): boolean => {
    if (event.kind === 'state') after = lookedAt = 0
    else {
      const isNew = (event.kind === 'messages' || event.kind === 'events') && kinds.includes(event.kind)
      return isNew && (filters.app ?? event.app) === event.app
    }
    return true
  }
  const look = (): true | undefined => {
    const latest = list.last()
    const from = Math.max(after, lookedAt)
    for (let before: number | undefined = Math.min(end, latest + 1); before !== undefined; ) {
      const { found, next } = list.step(filters, { limit: 1, before, after: from })
      if (found.length > 0) return true
      before = next
    }
    lookedAt = latest
    return undefined
  }
  try {
    for (;;) {
      const result = await findRecords(list, filters, { limit, before: end, after })
      if (result.found.length > 0) return result
      lookedAt = result.last
      await bus.waitFor(mayMatter, look, signal)
    }
  } catch (error) {
    if (!signal.aborted) throw error
    // Records of other applications may have come, which `last` counts.
    return findRecords(list, filters, { limit, before: end, after: Math.max(after, lookedAt) })
  }
}

/**
 * Gives a wait a signal that fires after some seconds.
 *
 * @param gone makes it fire, too
 */
async function within<T>(
  seconds: number,
  gone: AbortSignal,
  wait: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController()
  const timer = new AbortController()
  setTimeout(seconds * 1000, undefined, { signal: timer.signal }).then(
    () => over.abort(),
    () => {},
  )
  try {
    return await wait(AbortSignal.any([gone, over.signal]))
  } finally {
    timer.abort()
  }
}
