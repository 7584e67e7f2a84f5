import { signal, useSignal } from '@preact/signals'
import { useCallback, useEffect, useRef } from 'preact/hooks'
import { get } from './calls.ts'
import type { CallError } from './errors.ts'

/** Something that is read from the emulator. */
export interface Fetched<T> {
  /** The latest answer; it stays while the next one is on its way. */
  value: T | undefined
  /** Why the latest call failed. */
  error: CallError | undefined
  loading: boolean
  /** Reads it again. Calls while one is under way count as one more. Resolves when it is read, or is not. */
  reload: () => Promise<void>
}

/** The latest answers, so that a page that is come back to is there at once. */
const kept = new Map<string, unknown>()
const maxKept = 50

function keep(key: string, value: unknown): void {
  kept.delete(key)
  kept.set(key, value)
  if (kept.size > maxKept) kept.delete(kept.keys().next().value!)
}

/** Grows when nothing that was read can be relied on any more. */
const generation = signal(0)

/** Forgets all answers, and has whatever is shown read again. */
export function forgetAnswers(): void {
  kept.clear()
  generation.value++
}

/**
 * Reads an address into the kept answers, unless it is there, so that whoever shows it next has it at
 * once. An error is ignored: it comes again when the address is shown.
 */
export async function readAhead(address: string, signal: AbortSignal): Promise<void> {
  if (kept.has(address)) return
  const before = generation.peek()
  try {
    const value = await get(address, signal)
    if (generation.peek() === before) keep(address, value)
  } catch {}
}

/**
 * Reads an address of the control API, and again when the address changes, and after `forgetAnswers`.
 *
 * @param address as for `get`; `undefined` reads nothing
 */
export function useFetched<T>(address: string | undefined): Fetched<T> {
  return useLoaded(address, signal => get<T>(address!, signal))
}

/**
 * Reads what takes more than one call.
 *
 * @param key says what is read: it is read again when the key changes; `undefined` reads nothing
 */
export function useLoaded<T>(key: string | undefined, load: (signal: AbortSignal) => Promise<T>): Fetched<T> {
  const state = useSignal<{ key: string | undefined; value?: T; error?: CallError; loading: boolean }>({
    key: undefined,
    loading: false,
  })
  const latest = useRef(load)
  // Not while rendering: what still runs would read the next key's address under its own key.
  useEffect(() => {
    latest.current = load
  })
  const running = useRef<{ abort: AbortController; again: boolean; done?: Promise<void> } | undefined>(
    undefined,
  )

  const start = useCallback(
    (of: string) => {
      const run: NonNullable<typeof running.current> = { abort: new AbortController(), again: false }
      running.current = run
      state.value = { ...state.value, key: of, loading: true }
      run.done = latest
        .current(run.abort.signal)
        .then(
          value => {
            if (run.abort.signal.aborted) return
            keep(of, value)
            state.value = { key: of, value, loading: false }
          },
          (error: CallError) => {
            if (run.abort.signal.aborted) return
            // What is gone is not shown any more.
            const value = error.status === 404 ? undefined : state.value.value
            state.value = { key: of, error, loading: false, ...(value !== undefined && { value }) }
          },
        )
        .finally(() => {
          if (running.current !== run) return
          running.current = undefined
          if (run.again) start(of)
        })
      return run.done
    },
    [state],
  )

  useEffect(() => {
    if (key === undefined) {
      state.value = { key, loading: false }
      return
    }
    const value = kept.get(key) as T | undefined
    state.value = { key, loading: true, ...(value !== undefined && { value }) }
    start(key)
    return () => {
      running.current?.abort.abort()
      running.current = undefined
    }
  }, [key, start, state])

  const reload = useCallback(async () => {
    if (running.current) {
      running.current.again = true
      await running.current.done
    } else if (key !== undefined) await start(key)
  }, [key, start])

  useEffect(() => {
    const read = generation.peek()
    return generation.subscribe(now => {
      if (now !== read) reload()
    })
  }, [reload])

  // Until the effect has run, what is known of the new key.
  const shown =
    state.value.key === key ? state.value : { value: key && (kept.get(key) as T), loading: key !== undefined }
  return {
    value: shown.value as T | undefined,
    error: 'error' in shown ? shown.error : undefined,
    loading: shown.loading,
    reload,
  }
}

/**
 * What is shown while another address is read that is not kept: the answer of the last one.
 *
 * @returns what was fetched, with `isOld` while its value is that of the last address
 */
export function useLastAnswer<T>(fetched: Fetched<T>): Fetched<T> & { isOld: boolean } {
  const last = useRef<T | undefined>(undefined)
  const { value, error } = fetched
  if (value !== undefined) last.current = value
  const isOld = value === undefined && error === undefined && last.current !== undefined
  return { ...fetched, value: isOld ? last.current : value, isOld }
}
