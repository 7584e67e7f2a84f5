import { get } from '../../api/calls.ts'
import { useReload } from '../../api/live.ts'
import { useOverlay } from '../../api/overlay.ts'
import type { Messages } from '../../api/types.ts'
import { NewRows } from '../../parts/new-rows.tsx'
import { isFirstPage, showFirstPage } from '../../parts/pager.tsx'

/** As many new messages are counted; of more, only that there are more. */
const maxCounted = 100

/** What is known of messages that are newer than a list. */
interface Newer {
  /** The `last` of the list. */
  than: number
  count: number
  isMore: boolean
}

/**
 * Says above a list of messages how many new ones match; the button shows them. While the reader is
 * at the top of the first page and points at none of its rows, they are shown at once.
 *
 * @param address the list in the control API, with its filters
 * @param last the `last` of what is shown
 * @param reload reads the list again
 */
export function NewMessages({
  address,
  last,
  reload,
}: {
  address: string
  last: number | undefined
  reload: () => void
}) {
  const newer = useOverlay<Newer | undefined>('messages', undefined, undefined)
  const look = async () => {
    if (last === undefined) return
    try {
      const { items, nextToken } = await get<Messages>(`${address}&page-size=${maxCounted}&after=${last}`)
      if (items.length === 0) return
      if (isFirstPage() && isReaderAtTop()) return reload()
      newer.value = { than: last, count: items.length, isMore: nextToken !== undefined }
    } catch {
      // The next event tries again.
    }
  }
  useReload(look, ['messages'])
  if (newer.value === undefined || newer.value.than !== last) return null
  const { count, isMore } = newer.value
  return <NewRows number={count} orMore={isMore} one="message" show={() => showFirstPage(reload)} />
}

/** Whether rows may move: the reader has not scrolled, and neither points at nor focuses one. */
const isReaderAtTop = (): boolean =>
  window.scrollY === 0 && document.querySelector('tbody:hover, tbody :focus') === null
