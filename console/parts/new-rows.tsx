import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { LiveEvents, LiveKind } from '../../server/control/live/shapes.ts'
import { useLive } from '../api/live.ts'
import { plural } from '../format.ts'
import { announce } from '../shell/announce.tsx'
import { Icon } from './icon.tsx'

/**
 * Says above a list how many rows are new; the button shows them. So a list never moves by itself
 * under the reader's eyes.
 *
 * @param number how many; nothing is shown for 0
 * @param orMore whether there may be more
 * @param one what a row is called
 * @param show reads the list anew
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
  show: () => void
}) {
  const text = plural(number, `new ${one}`) + (orMore ? ' or more' : '')
  useEffect(() => {
    if (number > 0) announce(`${text}.`)
  }, [number, text])
  if (number === 0) return null
  return (
    <button type="button" class="button new-rows" onClick={show}>
      <Icon name="arrow-right" class="up" />
      {`Show ${text}`}
    </button>
  )
}

/** A row of the events of a kind, which are arrays of rows. */
type RowOf<K extends LiveKind> = LiveEvents[K] extends readonly (infer Row)[] ? Row : never

/**
 * Counts the rows that the live feed brings.
 *
 * @param isMine which of them belong to the list
 * @returns how many, and what begins to count anew
 */
export function useNewRows<K extends LiveKind>(
  kind: K,
  isMine: (row: RowOf<K>) => boolean,
): { number: number; clear: () => void } {
  const number = useSignal(0)
  useLive(kind, event => {
    number.value += (event as RowOf<K>[]).filter(isMine).length
  })
  useLive('state', () => {
    number.value = 0
  })
  return {
    number: number.value,
    clear: () => {
      number.value = 0
    },
  }
}
