import { type Signal, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { LiveKind } from '../../server/control/live/shapes.ts'
import { connection, useInvalidated } from './live.ts'

/**
 * A signal for what events have told since an answer was read; a page shows it over the answer. It is
 * set back to `empty` when it may be older than the next answer: when the state was replaced, when
 * events were missed or something was removed, and when an answer comes while no events do.
 *
 * @param kind of the events
 * @param answer what was read, `undefined` before that
 */
export function useOverlay<T>(kind: LiveKind, answer: unknown, empty: T): Signal<T> {
  const overlay = useSignal(empty)
  const clear = () => {
    overlay.value = empty
  }
  useInvalidated(kind, clear)
  // biome-ignore lint/correctness/useExhaustiveDependencies: at each answer.
  useEffect(() => {
    if (connection.peek().state !== 'live') clear()
  }, [answer])
  return overlay
}
