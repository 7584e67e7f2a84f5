import { type Static, Type } from '@sinclair/typebox'
import type { Listed, Page } from '../model/page.ts'
import { pageSize } from '../model/quotas.ts'
import { badRequest } from './errors/exceptions.ts'

const size = Type.Optional(
  Type.String({ description: `Entries on a page: 1 to ${pageSize.max}, by default ${pageSize.default}` }),
)
const token = Type.Optional(Type.String({ description: 'The NextToken of the previous page' }))

/** The query parameters of a paged list; `page-size` is a string (source: model). */
export const PageQuery = Type.Object({ 'page-size': size, token })

/** The same for the lists of templates (source: model). */
export const NextTokenQuery = Type.Object({ 'page-size': size, 'next-token': token })

/** What either kind of list is asked with. */
type PagedQuery = Static<typeof PageQuery> & Static<typeof NextTokenQuery>

/**
 * One page of a list, newest first. NextToken is present if there is another page. A token holds a
 * cursor, the last entry of its page, so entries that come or go between two pages do not make the
 * list repeat or skip others.
 *
 * @param list a name of the list; a token is valid only for the list that it came from
 * @param fetch reads the entries of a page
 * @throws BadRequestException when the page size or the token is wrong
 */
export function answerPage<T>(
  query: PagedQuery,
  list: string,
  fetch: (page: Page) => Listed<T>[],
): { Item: T[]; NextToken?: string } {
  const { values, token } = readPage(
    query,
    list,
    Number.MAX_SAFE_INTEGER,
    Number.isSafeInteger,
    (limit, before) => fetch({ limit, before }).map(({ seq, value }) => ({ at: seq, value })),
  )
  return { Item: values, ...(token !== undefined && { NextToken: token }) }
}

/** Entries that are read at once: each may be a document of 7 MB. */
const readAtOnce = 5

/** Characters of JSON after which a page ends. */
const maxCharacters = 16_000_000

/**
 * Reads one page of a list in any order, with cursors of any JSON type. A page of large entries is
 * short, and has a token (assumed: AWS documents no limit in bytes).
 *
 * @param start the cursor with which the first page begins
 * @param isCursor whether a value from a token is a cursor of this list
 * @param fetch reads up to `limit` entries behind a cursor
 * @returns the entries, and the token of the next page if there is one
 * @throws BadRequestException when the page size or the token is wrong
 */
export function readPage<T, Cursor>(
  query: PagedQuery,
  list: string,
  start: Cursor,
  isCursor: (value: unknown) => boolean,
  fetch: (limit: number, after: Cursor) => { at: Cursor; value: T }[],
): { values: T[]; token: string | undefined } {
  const { limit, after, answer } = beginPage(query, list, start, isCursor)
  const entries: { at: Cursor; value: T }[] = []
  let characters = 0
  for (let from = after; entries.length < limit && characters <= maxCharacters; ) {
    const count = Math.min(limit - entries.length, readAtOnce)
    const read = fetch(count, from)
    entries.push(...read)
    if (read.length < count) return answer(entries)
    from = read.at(-1)!.at
    characters += JSON.stringify(read).length
  }
  return answer(entries, entries.at(-1)!.at)
}

/**
 * The same in two steps, for a list that is read in several parts: gives what to read, and then
 * makes the page of it.
 *
 * @returns `limit`, one more than the page shows, which tells whether there is a next page;
 *   `after`, the cursor; `answer`, which makes the page of the entries, and of the cursor at which
 *   reading stopped, if that was before the end and there are not enough entries
 */
export function beginPage<Cursor>(
  query: PagedQuery,
  list: string,
  start: Cursor,
  isCursor: (value: unknown) => boolean,
) {
  const size = pageSizeOf(query['page-size'])
  const after = readCursor(query, list, start, isCursor)
  return {
    limit: size + 1,
    after,
    answer<T>(
      entries: { at: Cursor; value: T }[],
      stoppedAt?: Cursor,
    ): { values: T[]; token: string | undefined } {
      const shown = entries.slice(0, size)
      const next = entries.length > size ? shown.at(-1)!.at : stoppedAt
      return {
        values: shown.map(entry => entry.value),
        token: next === undefined ? undefined : writeToken(list, next),
      }
    },
  }
}

/**
 * The cursor with which a page begins: that of the token, or `start` without one.
 *
 * @throws BadRequestException when the token is wrong
 */
function readCursor<Cursor>(
  query: PagedQuery,
  list: string,
  start: Cursor,
  isCursor: (value: unknown) => boolean,
): Cursor {
  const name = query['next-token'] === undefined ? 'token' : 'next-token'
  const token = query[name]
  return token === undefined ? start : (readToken(name, token, list, isCursor) as Cursor)
}

function pageSizeOf(text: string | undefined): number {
  if (text === undefined) return pageSize.default
  const size = /^\d{1,4}$/.test(text) ? Number(text) : 0
  if (size < 1 || size > pageSize.max) {
    throw badRequest(
      `page-size must be a whole number from 1 to ${pageSize.max}; got ${JSON.stringify(text)}`,
    )
  }
  return size
}

const writeToken = (list: string, at: unknown) =>
  Buffer.from(JSON.stringify([list, at])).toString('base64url')

function readToken(
  name: string,
  token: string,
  list: string,
  isCursor: (value: unknown) => boolean,
): unknown {
  try {
    const [tokenList, at] = JSON.parse(Buffer.from(token, 'base64url').toString())
    if (tokenList === list && isCursor(at)) return at
  } catch {}
  throw badRequest(`${name} must be the NextToken of an earlier page of this same list`)
}
