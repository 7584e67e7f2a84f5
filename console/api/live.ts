import { signal } from '@preact/signals'
import { useCallback, useEffect, useRef } from 'preact/hooks'
import type { LiveEvents, LiveKind } from '../../server/control/live/shapes.ts'
import { controlUrl, get, openSession } from './calls.ts'
import { CallError } from './errors.ts'
import { forgetAnswers } from './fetched.ts'
import { token } from './session.ts'

/** How the console hears of changes. */
export type Connection =
  | { state: 'connecting' }
  | { state: 'live' }
  /** Stopped by the reader. */
  | { state: 'paused'; since: Date }
  /** The emulator does not answer; what is shown is as of then. */
  | { state: 'lost'; since: Date }
  /** The emulator wants a token, or another one. */
  | { state: 'refused' }

export const connection = signal<Connection>({ state: 'connecting' })

/** The emulator's clock: how far its time is from this machine's, and whether it stands still. */
export const clock = signal<LiveEvents['clock'] | undefined>(undefined)

type Handler = (event: never) => void
const handlers = new Map<LiveKind, Set<Handler>>()

/** After this long without being looked at, a tab gives up its connection. */
const hiddenMs = 30_000

let source: EventSource | undefined
/** Aborts the connecting that is under way. */
let attempt = new AbortController()
/** Whether a stream has broken, or not begun, since the last event. */
let isBroken = false
let version: string | undefined
let lastId: string | undefined
let hiddenTimer: number | undefined
let retryTimer: number | undefined

/** Calls `handler` for each event of a kind, while the component is there and the feed is not paused. */
export function useLive<K extends LiveKind>(kind: K, handler: (event: LiveEvents[K]) => void): void {
  const latest = useRef(handler)
  latest.current = handler
  useEffect(() => listen(kind, event => latest.current(event)), [kind])
}

/** As `useLive`, without a component. @returns what ends it */
export function listen<K extends LiveKind>(kind: K, handler: (event: LiveEvents[K]) => void): () => void {
  const all = handlers.get(kind) ?? new Set()
  handlers.set(kind, all.add(handler as Handler))
  return () => void all.delete(handler as Handler)
}

/** Whether a `resync` affects one of some kinds. */
const isAbout = ({ kinds }: LiveEvents['resync'], of: readonly LiveKind[]): boolean =>
  kinds?.some(kind => of.includes(kind as LiveKind)) ?? true

/**
 * Calls `handler` when earlier events and answers of a kind may be wrong by now: the state was
 * replaced, events were missed, or something was removed. It is not called where there were only
 * too many new rows for one event.
 */
export function useInvalidated(kind: LiveKind, handler: () => void): void {
  useLive('state', handler)
  useLive('resync', event => {
    if (isAbout(event, [kind]) && event.leftOut === undefined) handler()
  })
}

/**
 * Milliseconds from a reload to the next: a second; after one that takes long, ten times as long, up
 * to five seconds, so that an open page is no load.
 */
const pauseAfter = (took: number): number => Math.min(Math.max(1000, 10 * took), 5000)

/** @returns what calls `run` soon: at most once a second, and less often where it takes long */
function useThrottled(run: () => unknown): () => void {
  const latest = useRef(run)
  latest.current = run
  const soon = useRef(() => {})
  useEffect(() => {
    let timer: number | undefined
    let isBusy = false
    let again = false
    let hasEnded = false
    soon.current = () => {
      again = isBusy
      if (isBusy || hasEnded) return
      isBusy = true
      timer = window.setTimeout(async () => {
        const begun = performance.now()
        await latest.current()
        if (hasEnded) return
        timer = window.setTimeout(
          () => {
            isBusy = false
            if (again) soon.current()
          },
          pauseAfter(performance.now() - begun),
        )
      }, 50)
    }
    return () => {
      hasEnded = true
      window.clearTimeout(timer)
    }
  }, [])
  return useCallback(() => soon.current(), [])
}

/**
 * Reloads what is shown when something of these kinds happens, or may have been missed, at most once
 * a second and less often where it takes long. After a reset, a restore, a lost connection or the
 * removal of an application, `useLoaded` reads again by itself.
 *
 * @param isMine which events matter; all, if absent
 */
export function useReload<K extends LiveKind>(
  reload: () => unknown,
  kinds: K[],
  isMine?: (event: LiveEvents[K]) => boolean,
): void {
  const soon = useThrottled(reload)
  const latest = useRef(isMine)
  latest.current = isMine
  const key = kinds.join()
  useEffect(() => {
    const kinds = key.split(',') as K[]
    const ends = kinds.map(kind =>
      listen(kind, event => {
        if (latest.current?.(event) ?? true) soon()
      }),
    )
    ends.push(
      listen('resync', event => {
        if (event.kinds !== undefined && isAbout(event, kinds)) soon()
      }),
    )
    return () => {
      for (const end of ends) end()
    }
  }, [key, soon])
}

/** Reloads a list when rows of a kind were removed, as often as `useReload`. */
export function useReloadAtRemoval(reload: () => unknown, kind: LiveKind): void {
  const soon = useThrottled(reload)
  useLive('resync', ({ kinds, leftOut }) => {
    if (leftOut === undefined && kinds?.includes(kind)) soon()
  })
}

/** Stops the feed, or lets it go on, after the events that it has missed. */
export function pause(stop: boolean): void {
  if (stop) {
    disconnect()
    connection.value = { state: 'paused', since: new Date() }
  } else connect()
}

/** Opens the feed, and watches whether the tab is looked at. Called once. */
export function startLive(): void {
  connect()
  document.addEventListener('visibilitychange', () => {
    window.clearTimeout(hiddenTimer)
    if (document.hidden) hiddenTimer = window.setTimeout(disconnect, hiddenMs)
    else if (source === undefined && connection.value.state !== 'paused') connect()
  })
}

function disconnect(): void {
  window.clearTimeout(retryTimer)
  attempt.abort()
  source?.close()
  source = undefined
}

/** Opens the event stream. */
async function connect(): Promise<void> {
  disconnect()
  attempt = new AbortController()
  const { signal } = attempt
  const probes = isBroken
  if (connection.value.state !== 'lost') connection.value = { state: 'connecting' }
  try {
    await openSession(signal)
    // A stream that fails tells no reason; this call does.
    if (probes && token.value === undefined) await get('clock', signal)
  } catch (error) {
    if (signal.aborted) return
    if (!(error instanceof CallError && (error.status === 401 || error.status === 403))) return retry()
    // Whoever enters the token loads the page anew.
    connection.value = { state: 'refused' }
    return
  }
  if (signal.aborted) return
  const url = new URL('live', controlUrl)
  if (lastId !== undefined) url.searchParams.set('last-event-id', lastId)
  const opened = new EventSource(url)
  source = opened
  opened.addEventListener('error', () => {
    if (source !== opened) return
    isBroken = true
    if (probes) retry()
    else connect()
  })
  for (const kind of kinds) {
    opened.addEventListener(kind, message => {
      lastId = message.lastEventId || lastId
      receive(kind, JSON.parse(message.data))
    })
  }
}

function retry(): void {
  disconnect()
  isBroken = true
  if (connection.value.state !== 'lost') connection.value = { state: 'lost', since: new Date() }
  retryTimer = window.setTimeout(connect, 1000)
}

function receive<K extends LiveKind>(kind: K, event: LiveEvents[K]): void {
  if (kind === 'hello') {
    const hello = event as LiveEvents['hello']
    connection.value = { state: 'live' }
    clock.value = hello.clock
    if (version !== undefined && version !== hello.version) window.location.reload()
    version = hello.version
    // Calls may have failed meanwhile, even if no event was missed.
    if (isBroken) receive('resync', {})
    isBroken = false
  }
  if (kind === 'clock') clock.value = event as LiveEvents['clock']
  // A resync that names kinds, as in a burst of calls, says nothing of the others.
  const isAboutAll = kind === 'resync' && (event as LiveEvents['resync']).kinds === undefined
  if (kind === 'state' || isAboutAll) forgetAnswers()
  for (const handler of handlers.get(kind) ?? []) handler(event as never)
}

const kinds: LiveKind[] = [
  ...(['hello', 'job', 'pieces', 'failures', 'messages', 'requests', 'counts'] as const),
  ...(['campaign', 'journey', 'template', 'settings', 'clock', 'faults', 'state', 'resync'] as const),
]
