import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { announce } from '../announce.tsx'
import { type Fetched, readAhead, useFetched, useLastAnswer } from '../api/fetched.ts'
import { plural } from '../format.ts'
import { place } from '../router.ts'
import { isFirstPage, PageRows, Pager } from './pager.tsx'
import { Loaded } from './states.tsx'
import { type Column, Table } from './table.tsx'

/** A page of a list of the control API. */
export interface ListPage<Row> {
  items: Row[]
  nextToken?: string
}

/** A page that is read. */
export interface FetchedPage<List> extends Fetched<List> {
  /** Names its list: another one with other filters. */
  list: string | undefined
}

const pageSize = 50

/** Milliseconds that a page is shown before the next one is read ahead. */
const aheadMs = 200

/**
 * Reads the page of a list that the address of the console names by `token`, and the next one ahead.
 *
 * @param address of the list in the control API, with its filters
 */
export function usePage<Row, List extends ListPage<Row> = ListPage<Row>>(
  address: string | undefined,
): FetchedPage<List> {
  return useListPage<List>(address, ({ nextToken }) => nextToken)
}

/**
 * `usePage` for a list whose answers have any form.
 *
 * @param nextOf gives the token of the page after an answer
 */
export function useListPage<List>(
  address: string | undefined,
  nextOf: (list: List) => string | undefined,
): FetchedPage<List> {
  const shown = address && shownAddress(address)
  const page = useFetched<List>(shown)
  const token = page.value && nextOf(page.value)
  const next = useRef<string | undefined>(undefined)
  next.current = token === undefined ? undefined : pageAddress(address!, token)
  const hasNext = token !== undefined
  // Once for each page that is opened, not after each of its reloads.
  // biome-ignore lint/correctness/useExhaustiveDependencies: at each other page.
  useEffect(() => {
    if (!hasNext) return
    const abort = new AbortController()
    const timer = setTimeout(() => {
      if (next.current) readAhead(next.current, abort.signal)
    }, aheadMs)
    return () => {
      clearTimeout(timer)
      abort.abort()
    }
  }, [shown, hasNext])
  return { ...page, list: address }
}

/** The address of the page of a list that the address of the console names by `token`. */
export const shownAddress = (list: string): string =>
  pageAddress(list, place.value.query.get('token') ?? undefined)

function pageAddress(address: string, token: string | undefined): string {
  const more = `page-size=${pageSize}${token === undefined ? '' : `&token=${encodeURIComponent(token)}`}`
  return `${address}${address.includes('?') ? '&' : '?'}${more}`
}

/**
 * A list of any length, a page at a time, so that a million rows take no more than fifty. While
 * another page is read, the rows of the last one stay, dimmed.
 *
 * @param empty shown if there is no row at all
 */
export function PagedTable<Row>({
  page,
  empty,
  ...table
}: {
  page: FetchedPage<ListPage<Row>>
  empty: ComponentChildren
  caption: string
  columns: Column<Row>[]
  keyOf: (row: Row) => string
}) {
  const { isOld, ...shown } = useLastAnswer(page)
  useFoundAnnounced(isOld ? undefined : page)
  const token = useRef<string | null>(null)
  if (!isOld) token.current = place.value.query.get('token')
  return (
    <PageRows isOld={isOld}>
      <Loaded isPage isPaged from={shown}>
        {({ items, nextToken }) => (
          <>
            {items.length > 0 && <Table key={token.current} {...table} rows={items} />}
            {items.length === 0 && isFirstPage() && nextToken === undefined && empty}
            {items.length === 0 && nextToken !== undefined && <p class="hint">{noneSoFar}</p>}
            <Pager label="Pages of the list" nextToken={nextToken} />
          </>
        )}
      </Loaded>
    </PageRows>
  )
}

/** What stands in the place of rows, where more pages follow. */
const noneSoFar = 'Nothing among the rows that were looked at so far; there are more.'

/**
 * Announces what other filters have found, once that is shown.
 *
 * @param page undefined while that is another one's
 */
function useFoundAnnounced(page: FetchedPage<ListPage<unknown>> | undefined): void {
  const last = useRef<string | undefined>(undefined)
  const list = page?.value && page.list
  useEffect(() => {
    if (list === undefined || list === last.current) return
    const isFirst = last.current === undefined
    last.current = list
    if (isFirst) return
    const { items, nextToken } = page!.value!
    const rows = plural(items.length, 'row')
    announce(
      items.length > 0
        ? `${nextToken === undefined ? rows : `The first ${rows}`}.`
        : nextToken === undefined
          ? `${document.querySelector('main .paged .empty-title')?.textContent ?? rows}.`
          : noneSoFar,
    )
  })
}
