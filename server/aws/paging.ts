import { Type } from '@sinclair/typebox'
import type { Listed, Page } from '../shapes/page.ts'
import { badRequest } from './exceptions.ts'

/** The two query parameters of every paged list; `page-size` is a string (source: model). */
export const PageQuery = Type.Object({
  'page-size': Type.Optional(Type.String()),
  token: Type.Optional(Type.String()),
})

/** Entries on a page when the caller names no number, and the most that it may name (both assumed). */
const defaultPageSize = 100
const largestPageSize = 1000

/**
 * Answers one page of a list, newest first, with a NextToken when there is more and no such key when there is
 * not. A token names the last entry seen, so pages neither repeat nor skip when entries come or go meanwhile.
 *
 * @param list which list this is; a token is good only for the list that gave it
 * @param fetch reads the entries of a page
 * @throws BadRequestException when the page size or the token is wrong
 */
export function answerPage<T>(
  query: { 'page-size'?: string; token?: string },
  list: string,
  fetch: (page: Page) => Listed<T>[],
): { Item: T[]; NextToken?: string } {
  const size = pageSizeOf(query['page-size'])
  const before = query.token === undefined ? Number.MAX_SAFE_INTEGER : readToken(query.token, list)
  const entries = fetch({ limit: size + 1, before })
  const shown = entries.slice(0, size)
  const last = shown.at(-1)
  return {
    Item: shown.map(entry => entry.value),
    ...(entries.length > size && last !== undefined && { NextToken: writeToken(list, last.seq) }),
  }
}

function pageSizeOf(text: string | undefined): number {
  if (text === undefined) return defaultPageSize
  const size = /^\d{1,4}$/.test(text) ? Number(text) : 0
  if (size < 1 || size > largestPageSize) {
    throw badRequest(
      `page-size must be a whole number from 1 to ${largestPageSize}; got ${JSON.stringify(text)}`,
    )
  }
  return size
}

const writeToken = (list: string, seq: number) =>
  Buffer.from(JSON.stringify([list, seq])).toString('base64url')

function readToken(token: string, list: string): number {
  try {
    const [tokenList, seq] = JSON.parse(Buffer.from(token, 'base64url').toString())
    if (tokenList === list && Number.isSafeInteger(seq)) return seq
  } catch {}
  throw badRequest('token must be the NextToken of an earlier page of this same list')
}
