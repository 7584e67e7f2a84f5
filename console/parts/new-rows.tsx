import { useSignal } from '@preact/signals'
import type { LiveEvents, LiveKind } from '../../server/control/live/shapes.ts'
import { useLive, useReload } from '../api/live.ts'
import { plural } from '../format.ts'
import { announce } from '../shell/announce.tsx'
import { Icon } from './icon.tsx'

/**
 * Says above a list how many rows are new; the button shows them. So a list never moves by itself
 * under the reader's eyes.
 *
 * @param kind whose events carry new rows, as arrays
 * @param isMine which of them belong to the list
 * @param one what a row is called
 */
export function NewRows<K extends LiveKind>({
  kind,
  isMine,
  one,
  show,
}: {
  kind: K
  isMine: (row: LiveEvents[K] extends readonly (infer Row)[] ? Row : never) => boolean
  one: string
  show: () => void
}) {
  const waiting = useSignal(0)
  useLive(kind, event => {
    waiting.value += (event as never[]).filter(isMine).length
  })
  // Only what cannot be known is reloaded unasked.
  useReload(show, [])
  if (waiting.value === 0) return null
  const text = `${plural(waiting.value, `new ${one}`)}`
  announce(text)
  return (
    <button
      type="button"
      class="button new-rows"
      onClick={() => {
        waiting.value = 0
        show()
      }}
    >
      <Icon name="arrow-right" class="up" />
      {`Show ${text}`}
    </button>
  )
}
