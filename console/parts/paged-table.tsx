import type { ComponentChildren } from 'preact'
import { type Fetched, useFetched } from '../api/fetched.ts'
import { place } from '../router.ts'
import { isFirstPage, Pager } from './pager.tsx'
import { Loaded } from './states.tsx'
import { type Column, Table } from './table.tsx'

/** A page of a list of the control API. */
export interface ListPage<Row> {
  items: Row[]
  nextToken?: string
}

const pageSize = 50

/**
 * Reads the page of a list that the address of the console names by `token`.
 *
 * @param address of the list in the control API, with its filters
 */
export function usePage<Row, List extends ListPage<Row> = ListPage<Row>>(
  address: string | undefined,
): Fetched<List> {
  return useFetched(address && pageAddress(address))
}

/** The address of a list with the parameters of the page that the address of the console names. */
export function pageAddress(address: string): string {
  const token = place.value.query.get('token')
  const more = `page-size=${pageSize}${token === null ? '' : `&token=${encodeURIComponent(token)}`}`
  return `${address}${address.includes('?') ? '&' : '?'}${more}`
}

/**
 * A list of any length, a page at a time, so that a million rows take no more than fifty.
 *
 * @param empty shown if there is no row at all
 */
export function PagedTable<Row>({
  page,
  empty,
  ...table
}: {
  page: Fetched<ListPage<Row>>
  empty: ComponentChildren
  caption: string
  columns: Column<Row>[]
  keyOf: (row: Row) => string
}) {
  return (
    <Loaded from={page}>
      {({ items, nextToken }) => (
        <>
          {items.length > 0 && <Table key={place.value.query.get('token')} {...table} rows={items} />}
          {items.length === 0 && isFirstPage() && nextToken === undefined && empty}
          {items.length === 0 && nextToken !== undefined && (
            <p class="hint">Nothing among the rows that were looked at so far; there are more.</p>
          )}
          <Pager label="Pages of the list" nextToken={nextToken} />
        </>
      )}
    </Loaded>
  )
}
