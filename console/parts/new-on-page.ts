import { useAudienceReload } from '../api/audience.ts'
import { get } from '../api/calls.ts'
import type { Fetched } from '../api/fetched.ts'
import { useFoundRows } from './new-rows.tsx'
import { type ListPage, shownAddress } from './paged-table.tsx'

/**
 * Counts the new rows on a page of a list of endpoints or users. They are not the first of the list:
 * a new endpoint is the last, a new user anywhere. Where there are none, the page is read again: its
 * rows may have changed.
 *
 * @param address of the list in the control API, with its filters
 * @param keyOf names a row
 * @returns what `NewRows` shows
 */
export function useNewOnPage<Row>(
  app: string,
  address: string,
  { value, reload }: Fetched<ListPage<Row>>,
  keyOf: (row: Row) => string,
): { number: number; orMore: boolean; show: () => Promise<void> } {
  const shown = shownAddress(address)
  const { look, ...found } = useFoundRows(value, async ({ items, nextToken }) => {
    if (items.length === 0) return void (await reload())
    const known = new Set(items.map(keyOf))
    const now = await get<ListPage<Row>>(shown)
    const isKnown = now.items.map(row => known.has(keyOf(row)))
    // Of a page that is full, the rows after the last known one have moved up from the next page.
    const end = nextToken === undefined ? isKnown.length : isKnown.lastIndexOf(true) + 1
    const number = isKnown.slice(0, end).filter(is => !is).length
    if (number === 0) return void (await reload())
    return { number, orMore: nextToken === undefined && now.nextToken !== undefined }
  })
  useAudienceReload(app, () => (value === undefined ? reload() : look()))
  return { ...found, show: reload }
}
