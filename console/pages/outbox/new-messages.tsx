import { get } from '../../api/calls.ts'
import type { Fetched } from '../../api/fetched.ts'
import { useReload } from '../../api/live.ts'
import type { Messages } from '../../api/types.ts'
import { announceNew, NewRows, useFoundRows } from '../../parts/new-rows.tsx'
import { isFirstPage, showFirstPage } from '../../parts/pager.tsx'

/** As many new messages are counted; of more, only that there are more. */
const maxCounted = 100

/**
 * Says above a list of messages how many new ones match; the button shows them. While the reader is
 * at the top of the first page and points at none of its rows, they are shown at once.
 *
 * @param address the list in the control API, with its filters
 * @param page the page that is shown
 */
export function NewMessages({
  address,
  page: { value, reload },
}: {
  address: string
  page: Fetched<Messages>
}) {
  const { look, ...found } = useFoundRows(value, async ({ last }) => {
    const { items, nextToken } = await get<Messages>(`${address}&page-size=${maxCounted}&after=${last}`)
    if (items.length === 0) return
    const found = { number: items.length, orMore: nextToken !== undefined }
    if (!isFirstPage() || !isReaderAtTop()) return found
    announceNew(found, 'message')
    await reload()
  })
  useReload(look, ['messages'])
  return <NewRows {...found} one="message" show={() => showFirstPage(reload)} />
}

/** Whether rows may move: the reader has not scrolled, and neither points at nor focuses one. */
const isReaderAtTop = (): boolean =>
  window.scrollY === 0 && document.querySelector('tbody:hover, tbody :focus') === null
