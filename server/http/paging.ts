import { type Static, Type } from '@sinclair/typebox'
import type { Listed, Page } from '../model/page.ts'
import { pageSize } from '../model/quotas.ts'
import { badRequest } from './errors/exceptions.ts'

/** The two query parameters of every paged list; `page-size` is a string (source: model). */
export const PageQuery = Type.Object({
  'page-size': Type.Optional(
    Type.String({ description: `Entries on a page: 1 to ${pageSize.max}, by default ${pageSize.default}` }),
  ),
  token: Type.Optional(Type.String({ description: 'The NextToken of the page before' })),
})

/**
 * Answers one page of a list, newest first, with a NextToken when there is more and no such key when there is
 * not. A token names the last entry seen, so pages neither repeat nor skip when entries come or go meanwhile.
 *
 * @param list which list this is; a token is good only for the list that gave it
 * @param fetch reads the entries of a page
 * @throws BadRequestException when the page size or the token is wrong
 */
export function answerPage<T>(
  query: Static<typeof PageQuery>,
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

/**
 * Reads one page of a list in any order that can name where it has come to.
 *
 * @param start where the first page begins
 * @param isPlace whether a value from a token is such a place
 * @param fetch reads up to `limit` entries behind a place
 * @returns the entries, and the token of the next page if there is one
 * @throws BadRequestException when the page size or the token is wrong
 */
export function readPage<T, Place>(
  query: Static<typeof PageQuery>,
  list: string,
  start: Place,
  isPlace: (value: unknown) => boolean,
  fetch: (limit: number, after: Place) => { at: Place; value: T }[],
): { values: T[]; token: string | undefined } {
  const { limit, after, answer } = beginPage(query, list, start, isPlace)
  return answer(fetch(limit, after))
}

/**
 * The same for a list that takes longer to read: says what to read, and makes the page of it.
 *
 * @returns `limit` is one more than the page shows, to know whether there is a next page
 */
export function beginPage<Place>(
  query: Static<typeof PageQuery>,
  list: string,
  start: Place,
  isPlace: (value: unknown) => boolean,
) {
  const size = pageSizeOf(query['page-size'])
  const after = readCursor(query, list, start, isPlace)
  return {
    limit: size + 1,
    after,
    answer<T>(entries: { at: Place; value: T }[]): { values: T[]; token: string | undefined } {
      const shown = entries.slice(0, size)
      const last = shown.at(-1)
      return {
        values: shown.map(entry => entry.value),
        token: entries.length > size && last !== undefined ? writeToken(list, last.at) : undefined,
      }
    },
  }
}

/**
 * Reads where a page begins, as `readPage` does.
 *
 * @throws BadRequestException when the token is wrong
 */
export function readCursor<Place>(
  { token }: Static<typeof PageQuery>,
  list: string,
  start: Place,
  isPlace: (value: unknown) => boolean,
): Place {
  return token === undefined ? start : (readToken(token, list, isPlace) as Place)
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

function readToken(token: string, list: string, isPlace: (value: unknown) => boolean): unknown {
  try {
    const [tokenList, at] = JSON.parse(Buffer.from(token, 'base64url').toString())
    if (tokenList === list && isPlace(at)) return at
  } catch {}
  throw badRequest('token must be the NextToken of an earlier page of this same list')
}
