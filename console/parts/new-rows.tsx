import { useSignal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import type { LiveKind } from '../../server/control/live/shapes.ts'
import { announce } from '../announce.tsx'
import type { Fetched } from '../api/fetched.ts'
import { useLive } from '../api/live.ts'
import { plural } from '../format.ts'
import { place } from '../router.ts'
import { Icon } from './icon.tsx'
import type { ListPage } from './paged-table.tsx'
import { isFirstPage, showFirstPage } from './pager.tsx'
import { focusRow } from './table.tsx'

/**
 * Says above a list how many rows are new; the button shows them. So a list never moves by itself
 * under the reader's eyes. The first of the new rows gets the focus.
 *
 * @param number how many are known
 * @param orMore whether there may be more; nothing is shown where there is neither
 * @param one what a row is called
 * @param show reads the list anew; it resolves when that is done, unless it goes to another page of it
 */
export function NewRows({
  number,
  orMore = false,
  one = 'row',
  show,
}: {
  number: number
  orMore?: boolean
  one?: string
  show: () => Promise<void> | void
}) {
  const rows = () => [...document.querySelectorAll<HTMLElement>('main [data-row]')]
  const showAndFocus = async () => {
    const known = new Set(rows())
    const shown = show()
    if (shown === undefined) return
    await shown
    requestAnimationFrame(() => {
      const row = rows().find(row => !known.has(row))
      // The button is gone. The reader may have gone on meanwhile.
      if (row !== undefined && document.activeElement?.matches('body, h1, h2')) focusRow(row)
    })
  }
  const text = wordsOf({ number, orMore }, one)
  const isShown = number > 0 || orMore
  useEffect(() => {
    if (isShown) announceNew({ number, orMore }, one)
  }, [isShown, number, orMore, one])
  if (!isShown) return null
  return (
    <button type="button" class="button new-rows" onClick={showAndFocus}>
      <Icon name="arrow-right" class="up" />
      {`Show ${text}`}
    </button>
  )
}

const wordsOf = ({ number, orMore }: Found, one: string): string =>
  number > 0 ? plural(number, `new ${one}`) + (orMore ? ' or more' : '') : `new ${one}s`

/** Tells screen readers of new rows, each of which is called `one`. */
export function announceNew(found: Found, one: string): void {
  announce(`${found.number > 0 ? '' : 'There may be '}${wordsOf(found, one)}.`)
}

/** The rows that are newer than a list: what `NewRows` shows, and what notes more of them. */
export interface NewRowsState {
  number: number
  orMore: boolean
  /** Notes rows, by their keys. */
  add: (keys: readonly string[]) => void
  show: () => Promise<void> | void
}

/** New rows that are counted; of more, only that there are more. */
const maxCounted = 1000

/**
 * Counts rows that were added to a list since the page that is shown was opened. Those that a page with
 * the same filters has shown do not count.
 * What belongs to an empty list is shown at once.
 *
 * @param kind of the events that bring new rows
 * @param keyOf names a row
 */
export function useNewRows<Row>(
  kind: LiveKind,
  { value, reload }: Fetched<ListPage<Row>>,
  keyOf: (row: Row) => string,
): NewRowsState {
  const added = useSignal<ReadonlySet<string>>(none)
  const orMore = useSignal(false)
  const clear = () => {
    added.value = none
    orMore.value = false
  }
  const address = place.value.query.toString()
  // biome-ignore lint/correctness/useExhaustiveDependencies: at each change of filters or page.
  useEffect(clear, [address])
  const filters = new URLSearchParams(place.value.query)
  filters.delete('token')
  // The event of a row may come when another page is shown than the one that had the row.
  // biome-ignore lint/correctness/useExhaustiveDependencies: other filters may find it anew.
  const seen = useMemo(() => new Set<string>(), [filters.toString()])
  // biome-ignore lint/correctness/useExhaustiveDependencies: with each answer.
  useEffect(() => {
    for (const row of value?.items ?? []) seen.add(keyOf(row))
  }, [value, seen])
  useLive('state', () => {
    clear()
    seen.clear()
  })
  const isEmpty = value?.items.length === 0 && isFirstPage()
  useLive('resync', ({ kinds, leftOut, id }) => {
    if (!kinds?.includes(kind)) return
    if (leftOut !== undefined) {
      if (isEmpty) reload()
      else orMore.value = true
    } else if (id === undefined) clear()
    else added.value = new Set([...added.value].filter(key => key !== id))
  })
  const listed = new Set(value?.items.map(keyOf))
  return {
    number:
      value === undefined ? 0 : [...added.value].filter(key => !listed.has(key) && !seen.has(key)).length,
    orMore: orMore.value,
    add: keys => {
      if (isEmpty) return void reload()
      const all = new Set([...added.value, ...keys])
      if (all.size > maxCounted) orMore.value = true
      else added.value = all
    },
    show: () => {
      clear()
      return showFirstPage(reload)
    },
  }
}

const none: ReadonlySet<string> = new Set()

/** New rows of a list that is shown: how many are known, and whether there may be more. */
interface Found {
  number: number
  orMore: boolean
}

/**
 * What `NewRows` shows of a list whose new rows are looked for.
 *
 * @param value the page that is shown; what was found counts until another answer is shown
 * @param find looks for rows that are newer than the page; an error is ignored, as the next event
 *   looks again
 */
export function useFoundRows<List>(
  value: List | undefined,
  find: (value: List) => Promise<Found | undefined>,
): Found & { look: () => Promise<void> } {
  const found = useSignal<(Found & { than: List }) | undefined>(undefined)
  const { number, orMore } =
    found.value !== undefined && found.value.than === value ? found.value : { number: 0, orMore: false }
  const look = async () => {
    if (value === undefined) return
    try {
      const more = await find(value)
      if (more !== undefined) found.value = { ...more, than: value }
    } catch {}
  }
  return { number, orMore, look }
}
