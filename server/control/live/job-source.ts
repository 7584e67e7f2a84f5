import type { JobRef } from '../../events/event-bus.ts'
import { type JobResponse, jobKinds, jobWords } from '../../model/job-kinds.ts'
import { isFinal } from '../../model/job-moves.ts'
import type { FoundJob } from '../../store/jobs/job-rows.ts'
import type { Store } from '../../store/open-store.ts'
import { holdOf } from '../standstill.ts'
import type { JobEvent } from './shapes.ts'
import type { Publish, Source } from './source.ts'

/** What has been published of a job. */
interface Known {
  ref: JobRef
  /** How many of its statuses. */
  statuses: number
  /** Whether it is held, and by what, as JSON. */
  hold: string
  /** Its counters. */
  progress: string
  /** How many of its pieces. */
  pieces: number
  /** The newest of its failures. */
  failure: number
  /** The object that it reads, all bytes of its objects, and those of the objects before that one. */
  object: number
  totalBytes: number | undefined
  bytesBefore: number
}

/** Failures in one event at most. */
const maxFailures = 20

/** Pieces in one event at most. */
const maxPieces = 10_000

/** Jobs that are over are remembered, up to so many: bus events about them may come late. */
const maxOver = 1000

/** Tells of jobs: their statuses at once, their progress with each look. */
export class JobSource implements Source {
  readonly kinds = ['job', 'pieces', 'failures'] as const
  readonly interval = 250
  readonly #store: Store
  readonly #publish: Publish
  /** By the ids of jobs. */
  readonly #known = new Map<string, Known>()
  /** The ids of jobs that are over, the last one last. */
  readonly #over = new Set<string>()
  /** Jobs of which bus events have told since the last look, by their ids. */
  readonly #noted = new Map<string, JobRef>()

  constructor(store: Store, publish: Publish) {
    this.#store = store
    this.#publish = publish
  }

  start(): void {
    this.forget()
    for (const ref of this.#unfinished()) {
      const found = this.#find(ref)
      if (found !== undefined) this.#know(ref, found)
    }
  }

  forget(): void {
    this.#known.clear()
    this.#over.clear()
    this.#noted.clear()
  }

  /** Notes that something has happened to a job. */
  note(job: JobRef): void {
    this.#noted.set(job.id, job)
  }

  /** Publishes new statuses of the noted jobs, and whether they are held. */
  lookAtNoted(): void {
    const noted = [...this.#noted.values()]
    this.#noted.clear()
    for (const job of noted) this.#lookAt(job, { isUrgent: true })
  }

  look(): void {
    const jobs = new Map(this.#unfinished().map(job => [job.id, job]))
    // Those that are over by now.
    for (const [id, { ref }] of this.#known) jobs.set(id, ref)
    for (const job of jobs.values()) this.#lookAt(job, { isUrgent: false })
  }

  #unfinished(): JobRef[] {
    return jobKinds.flatMap(kind =>
      this.#store[`${kind}Progress`]
        .unfinished(0)
        // Exports of deleted applications are listed, too.
        .filter(({ app }) => app.id !== null)
        .map(({ id, app }) => ({ kind, id, app: app.id })),
    )
  }

  #find({ kind, app, id }: JobRef): FoundJob<JobResponse> | undefined {
    const found = this.#store.apps.find(app)
    return found && this.#store[`${kind}Jobs`].find(found, id)
  }

  /** Takes a job as known, as it is. */
  #know(ref: JobRef, found: FoundJob<JobResponse>): void {
    const known = newlyKnown(ref)
    known.statuses = found.history.length
    known.hold = JSON.stringify(this.#holdOf(ref, found))
    known.progress = progressOf(found)
    known.pieces = piecesDone(found)
    if (ref.kind === 'import') {
      known.failure = this.#store.importJobs.newFailures(found.seq, Number.MAX_SAFE_INTEGER, 1).newest
    }
    this.#known.set(ref.id, known)
  }

  /** @param isUrgent whether only statuses and holds are looked at */
  #lookAt(ref: JobRef, { isUrgent }: { isUrgent: boolean }): void {
    if (this.#over.has(ref.id)) return
    const found = this.#find(ref)
    if (found === undefined) {
      // Its application has been deleted.
      this.#known.delete(ref.id)
      return
    }
    const known = this.#known.get(ref.id) ?? newlyKnown(ref)
    this.#known.set(ref.id, known)
    const { job, history } = found
    const held = this.#holdOf(ref, found)
    const hold = JSON.stringify(held)
    const progress = progressOf(found)
    const hasMoved = history.length > known.statuses || hold !== known.hold
    if (!hasMoved && (isUrgent || progress === known.progress)) return
    // In this order, a reader that gets the last status has got everything before.
    if (progress !== known.progress || isFinal(job.JobStatus)) this.#tellProgress(known, found)
    const event = { ...this.#describe(known, found), ...held }
    const moves = history.slice(Math.min(known.statuses, history.length - 1))
    for (const { status, at } of moves) this.#publish('job', { ...event, status, at }, ref.app)
    Object.assign(known, { statuses: history.length, hold, progress })
    if (isFinal(job.JobStatus)) this.#end(ref)
  }

  #end({ id }: JobRef): void {
    this.#known.delete(id)
    this.#over.add(id)
    const [oldest] = this.#over
    if (this.#over.size > maxOver) this.#over.delete(oldest!)
  }

  #holdOf({ kind }: JobRef, found: FoundJob<JobResponse>): Pick<JobEvent, 'held' | 'heldBy'> {
    return holdOf(this.#store, kind, found)
  }

  #describe(known: Known, found: FoundJob<JobResponse>): Omit<JobEvent, 'held' | 'heldBy'> {
    const { ref } = known
    const { Failures: _, ...job } = found.job
    const { TotalPieces, CompletedPieces = 0, FailedPieces = 0 } = job
    return {
      app: ref.app,
      id: ref.id,
      type: jobWords[ref.kind].type,
      ...found.history.at(-1)!,
      ...(TotalPieces !== undefined && {
        pieces: { total: TotalPieces, done: CompletedPieces, failed: FailedPieces },
        ...(ref.kind === 'import' && { bytes: this.#bytesOf(known, found.seq) }),
      }),
      processed: job.TotalProcessed ?? 0,
      failed: job.TotalFailures ?? 0,
      job,
    }
  }

  /** Bytes of an import's objects. Objects are read one after the other, so each is added once. */
  #bytesOf(known: Known, job: number): { done: number; total: number } {
    const { importJobs } = this.#store
    const end = Number.MAX_SAFE_INTEGER
    known.totalBytes ??= importJobs.bytes(job, 0, end)
    const reading = importJobs.reading(job) ?? { object: end, bytes: 0 }
    known.bytesBefore += importJobs.bytes(job, known.object, reading.object)
    known.object = reading.object
    return { done: known.bytesBefore + reading.bytes, total: known.totalBytes }
  }

  /** Publishes pieces that are over, and failures. */
  #tellProgress(known: Known, found: FoundJob<JobResponse>): void {
    const { ref } = known
    const ofJob = { app: ref.app, id: ref.id }
    // An export that fails discards its completed pieces as well.
    const isUndone = ref.kind === 'export' && found.job.JobStatus === 'FAILED'
    const [from, to] = [isUndone ? 0 : known.pieces, piecesDone(found)]
    for (let next = from; next < to; next += maxPieces) {
      const pieces = this.#store[`${ref.kind}Jobs`].pieces(found.seq, next, Math.min(maxPieces, to - next))
      const states = pieces.map(({ status }) => status[0]).join('')
      this.#publish('pieces', { ...ofJob, type: jobWords[ref.kind].type, from: next, states }, ref.app)
    }
    known.pieces = to
    if (ref.kind === 'export') return
    const { items, newest } = this.#store.importJobs.newFailures(found.seq, known.failure, maxFailures)
    if (items.length === 0) return
    known.failure = newest
    this.#publish('failures', { ...ofJob, total: found.job.TotalFailures ?? 0, items }, ref.app)
  }
}

const newlyKnown = (ref: JobRef): Known => ({
  ref,
  statuses: 0,
  hold: '',
  progress: '',
  pieces: 0,
  failure: 0,
  object: 0,
  totalBytes: undefined,
  bytesBefore: 0,
})

const piecesDone = ({ job: { CompletedPieces = 0, FailedPieces = 0 } }: FoundJob<JobResponse>): number =>
  CompletedPieces + FailedPieces

const progressOf = ({
  job: { CompletedPieces, FailedPieces, TotalProcessed, TotalFailures },
}: FoundJob<JobResponse>) => [CompletedPieces, FailedPieces, TotalProcessed, TotalFailures].join()
