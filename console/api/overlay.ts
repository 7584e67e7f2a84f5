import { type Signal, useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { LiveKind } from '../../server/control/live/shapes.ts'
import { connection, useInvalidated } from './live.ts'

/**
 * A signal for what events have told since an answer was read; a page shows it over the answer. The
 * next answer clears what may be older than it: all of it while no events come, and what was told
 * before the state was replaced, events were missed or something was removed.
 *
 * @param kind of the events
 * @param answer what was read, `undefined` before that
 * @param empty when nothing was told; of a `Map`, only the old entries are cleared
 */
export function useOverlay<T>(kind: LiveKind, answer: unknown, empty: T): Signal<T> {
  const overlay = useSignal(empty)
  const old = useRef<T | undefined>(undefined)
  useInvalidated(kind, () => {
    old.current = overlay.value
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: at each answer.
  useEffect(() => {
    if (connection.peek().state !== 'live') overlay.value = empty
    else if (old.current !== undefined) overlay.value = without(overlay.value, old.current, empty)
    old.current = undefined
  }, [answer])
  return overlay
}

/** What was told since it was `old`. */
function without<T>(now: T, old: T, empty: T): T {
  if (now === old) return empty
  if (!(now instanceof Map && old instanceof Map)) return now
  return new Map([...now].filter(([key, value]) => old.get(key) !== value)) as T
}
