import { useSignal } from '@preact/signals'
import { useAudienceReload } from '../api/audience.ts'
import { get } from '../api/calls.ts'
import type { Fetched } from '../api/fetched.ts'
import { type ListPage, shownAddress } from './paged-table.tsx'

/** Rows that a page has now and did not have when it was read. */
interface Found {
  /** The page as it was read. */
  than: unknown
  number: number
  orMore: boolean
}

/**
 * Counts the new rows on the last page of a list of endpoints or users. Where there are none, and on
 * any other page, which is full, the page is read again: its rows may have changed.
 *
 * @param address of the list in the control API, with its filters
 * @param keyOf names a row
 * @returns what `NewRows` shows
 */
export function useNewAtEnd<Row>(
  app: string,
  address: string,
  page: Fetched<ListPage<Row>>,
  keyOf: (row: Row) => string,
): { number: number; orMore: boolean; show: () => void } {
  const found = useSignal<Found | undefined>(undefined)
  const shown = shownAddress(address)
  useAudienceReload(app, async () => {
    const { value, reload } = page
    if (value === undefined || value.items.length === 0 || value.nextToken !== undefined) return reload()
    const known = new Set(value.items.map(keyOf))
    try {
      const { items, nextToken } = await get<ListPage<Row>>(shown)
      const number = items.filter(row => !known.has(keyOf(row))).length
      if (number === 0) return reload()
      found.value = { than: value, number, orMore: nextToken !== undefined }
    } catch {
      // The next event tries again.
    }
  })
  const { number, orMore } =
    found.value?.than === page.value && found.value ? found.value : { number: 0, orMore: false }
  return { number, orMore, show: page.reload }
}
