import { type Signal, useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { LiveEvents } from '../../../server/control/live/shapes.ts'
import { announce } from '../../announce.tsx'
import { type Fetched, useFetched, useLastAnswer } from '../../api/fetched.ts'
import { connection, useLive, useReload } from '../../api/live.ts'
import { useOverlay } from '../../api/overlay.ts'
import { unheardJobs } from '../../api/start-job.ts'
import type { ExportJobPage, ImportJobPage } from '../../api/types.ts'
import { count, plural } from '../../format.ts'
import { jobWordsOf } from '../../parts/jobs.tsx'
import { Rate } from '../../upload/rate.ts'
import { isOver, type JobStatus, later } from './job-path.ts'

type JobEvent = LiveEvents['job']
type History = ImportJobPage['history']

/** How fast a job was at a time. */
export interface Speed {
  /** Seconds since the page was opened. */
  at: number
  perSecond: number
}

/** A job that is watched, as it is now. */
export interface WatchedJob<Details> {
  /** `isOld` while another page of its failures is read. */
  from: Fetched<Details> & { isOld: boolean }
  status: JobStatus
  history: History
  held: boolean
  heldBy: ImportJobPage['heldBy']
  /** The jobs that have the slots for which it waits. */
  waitsFor: ImportJobPage['waitsFor']
  processed: number
  /** How often `processed` has gone back, which it does only where the state was replaced. */
  restarts: number
  failed: number
  /** `done` are those that are over, failed ones included. */
  pieces: { total: number; done: number; failed: number } | undefined
  bytes: { done: number; total: number } | undefined
  /** A letter for each piece that is over and was not when the details were read. */
  letters: ReadonlyMap<number, string>
  speeds: readonly Speed[]
  /** Milliseconds until it is over, when that can be told; not while it is held. */
  left: number | undefined
  /** From 0 to 1; undefined before the number of pieces is known. */
  share: number | undefined
}

/** Points of the speed that are kept; where there are more, two become one. */
const maxSpeeds = 240

/**
 * Reads a job, and follows it by its events. The details are read again at each of its states; in
 * between, the events have what changes.
 *
 * @param address of its details in the control API
 * @param alsoAt says whether an event of failures is a reason to read the details
 */
export function useJob<Details extends ImportJobPage | ExportJobPage>(
  job: string,
  address: string,
  alsoAt: (details: Details) => boolean = () => false,
): WatchedJob<Details> | (Pick<WatchedJob<Details>, 'from'> & { status?: undefined }) {
  const from = useLastAnswer(useFetched<Details>(address))
  const { value: details, reload } = from
  const latest = useOverlay<JobEvent | undefined>('job', details, undefined)
  const letters = useOverlay<ReadonlyMap<number, string>>('pieces', details, new Map())
  const speeds = useSpeeds()
  const rate = useRef(new Rate())

  useReload(reload, ['job', 'failures'], event =>
    event.id !== job
      ? 'status' in event && details !== undefined && isAboutWait(event, details)
      : 'status' in event
        ? event.status !== details?.job.JobStatus || event.held !== details.held
        : details !== undefined && alsoAt(details),
  )
  usePolling(reload, details !== undefined && !isOver(details.job.JobStatus))
  useLive('job', event => {
    if (event.id !== job) return
    latest.value = event
    speeds.add(event.processed)
    const done = event.bytes?.done ?? overOf(event.pieces)?.done
    if (done !== undefined) rate.current.add(done)
    unheardJobs.delete(job)
    announce(sentenceOn(event))
  })
  // No event tells of what was over before the page was there.
  useEffect(() => {
    if (details === undefined || !unheardJobs.delete(job)) return
    const { Type, JobStatus: status, TotalProcessed = 0, TotalFailures = 0 } = details.job
    if (isOver(status))
      announce(sentenceOn({ type: Type, status, processed: TotalProcessed, failed: TotalFailures }))
  }, [job, details])
  useLive('pieces', event => {
    if (event.id !== job) return
    const more = new Map(letters.value)
    for (let index = 0; index < event.states.length; index++)
      more.set(event.from + index, event.states[index]!)
    letters.value = more
  })

  const event = latest.value
  const status = details && later(details.job.JobStatus, event?.status)
  const isNewer = event !== undefined && event.status === status
  const processed = Math.max(details?.job.TotalProcessed ?? 0, isNewer ? event.processed : 0)
  const restarts = useFalls(processed)
  // biome-ignore lint/correctness/useExhaustiveDependencies: at each restart.
  useEffect(() => {
    speeds.clear()
    rate.current = new Rate()
  }, [restarts])

  if (details === undefined || status === undefined) return { from }
  const { TotalPieces, CompletedPieces = 0, FailedPieces = 0, ...read } = details.job
  const pieces =
    overOf(event?.pieces) ??
    (TotalPieces === undefined
      ? undefined
      : { total: TotalPieces, done: CompletedPieces + FailedPieces, failed: FailedPieces })
  const { bytes } = event ?? {}
  const over = isOver(status)
  const held = isNewer ? event.held : details.held
  const heldBy = isNewer ? event.heldBy : details.heldBy
  const part = bytes && bytes.total > 0 ? bytes : pieces
  return {
    from,
    status,
    history: historyWith(details.history, event),
    held,
    heldBy,
    waitsFor: status === 'PENDING_JOB' && heldBy === undefined ? details.waitsFor : undefined,
    processed,
    restarts,
    failed: Math.max(read.TotalFailures ?? 0, isNewer ? event.failed : 0),
    pieces,
    bytes,
    letters: letters.value,
    speeds: speeds.list.value,
    left: over || held || part === undefined ? undefined : rate.current.left(part.total),
    share: status === 'COMPLETED' ? 1 : part && part.total > 0 ? part.done / part.total : undefined,
  }
}

/**
 * Whether an event of another job changes what is shown of a wait for a slot: who has
 * it, or what holds that job.
 */
function isAboutWait(event: JobEvent, { job, waitsFor = [] }: ImportJobPage | ExportJobPage): boolean {
  if (job.JobStatus !== 'PENDING_JOB' || event.type !== job.Type) return false
  const holder = waitsFor.find(({ id }) => id === event.id)
  return holder === undefined || JSON.stringify(holder.heldBy) !== JSON.stringify(event.heldBy)
}

/** The pieces of an event, in which those that are done have not failed. */
const overOf = (pieces: JobEvent['pieces']) => pieces && { ...pieces, done: pieces.done + pieces.failed }

/** Milliseconds between two looks at a job where no events come. */
const pollMs = 2000

/** Looks again and again while events do not come, though the emulator may answer: a proxy held them back. */
function usePolling(reload: () => void, isOn: boolean): void {
  useEffect(() => {
    if (!isOn) return
    const timer = setInterval(() => {
      if (connection.value.state === 'lost') reload()
    }, pollMs)
    return () => clearInterval(timer)
  }, [reload, isOn])
}

/** How often a number has become less. */
function useFalls(value: number): number {
  const seen = useRef({ value, falls: 0 })
  const { falls, value: before } = seen.current
  seen.current = { value, falls: value < before ? falls + 1 : falls }
  return seen.current.falls
}

/** The history that was read, with a state that was reached since. */
function historyWith(history: History, event: JobEvent | undefined): History {
  if (event === undefined || history.some(({ status }) => status === event.status)) return history
  const isLater = history.every(({ status }) => later(status, event.status) === event.status)
  return isLater ? [...history, { status: event.status, at: event.at }] : history
}

/** The time between two points of the speed at first, in milliseconds. */
const firstWindowMs = 900

function useSpeeds(): {
  list: Signal<readonly Speed[]>
  add: (processed: number) => void
  clear: () => void
} {
  const list = useSignal<readonly Speed[]>([])
  const state = useRef({
    start: performance.now(),
    windowMs: firstWindowMs,
    last: undefined as [number, number] | undefined,
  })
  return {
    list,
    clear() {
      list.value = []
      state.current.windowMs = firstWindowMs
      state.current.last = undefined
    },
    add(processed) {
      const { current } = state
      const at = performance.now()
      current.last ??= [at, processed]
      const [lastAt, lastProcessed] = current.last
      if (at - lastAt < current.windowMs) return
      const perSecond = ((processed - lastProcessed) / (at - lastAt)) * 1000
      current.last = [at, processed]
      list.value = [...list.value, { at: (at - current.start) / 1000, perSecond }]
      if (list.value.length <= maxSpeeds) return
      current.windowMs *= 2
      list.value = list.value.flatMap((speed, index, all) =>
        index % 2 === 1
          ? [{ at: speed.at, perSecond: (speed.perSecond + all[index - 1]!.perSecond) / 2 }]
          : [],
      )
    },
  }
}

function sentenceOn({
  type,
  status,
  processed,
  failed,
  pieces,
}: Pick<JobEvent, 'status' | 'processed' | 'failed' | 'pieces'> & { type: string }): string {
  const { name, unit } = jobWordsOf(type)
  const done = `${plural(processed, unit)}${failed > 0 ? `, ${count(failed)} failed` : ''}`
  const ofPieces =
    pieces && !isOver(status) ? `, ${count(pieces.done)} of ${plural(pieces.total, 'piece')}` : ''
  return `${name} ${status}: ${done}${ofPieces}.`
}
