import { useSignal } from '@preact/signals'
import { get } from '../../api/calls.ts'
import { useLive, useReload } from '../../api/live.ts'
import type { Messages } from '../../api/types.ts'
import { NewRows } from '../../parts/new-rows.tsx'

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
 * @param isFirst whether the first page is shown
 */
export function NewMessages({
  address,
  last,
  isFirst,
  show,
}: {
  address: string
  last: number | undefined
  isFirst: boolean
  show: () => void
}) {
  const newer = useSignal<Newer | undefined>(undefined)
  const look = async () => {
    if (last === undefined) return
    try {
      const { items, nextToken } = await get<Messages>(`${address}&page-size=${maxCounted}&after=${last}`)
      if (items.length === 0) return
      if (isFirst && isReaderAtTop()) return show()
      newer.value = { than: last, count: items.length, isMore: nextToken !== undefined }
    } catch {
      // The next event tries again.
    }
  }
  useReload(look, ['messages'])
  useLive('state', show)
  if (newer.value === undefined || newer.value.than !== last) return null
  const { count, isMore } = newer.value
  return <NewRows number={count} orMore={isMore} one="message" show={show} />
}

/** Whether rows may move: the reader has not scrolled, and neither points at nor focuses one. */
const isReaderAtTop = (): boolean =>
  window.scrollY === 0 && document.querySelector('tbody:hover, tbody :focus') === null
