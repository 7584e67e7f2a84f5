import { describeMove, describeStart, type LogLine } from '../jobs/job-log.ts'
import type { Pace } from '../jobs/pace.ts'
import { isPastQueue, type JobContext } from '../jobs/run-job.ts'
import type { JobKind, JobResponse } from '../model/job-kinds.ts'
import { JobGoneError } from '../store/jobs/job-progress.ts'
import type { Job } from '../store/jobs/job-rows.ts'
import type { JobHandler } from './job-handlers.ts'
import type { FromWorker } from './messages.ts'
import type { WorkSource } from './scheduler.ts'
import { Semaphore, type Ticket } from './semaphore.ts'

/** What a runner needs from its thread. */
export interface RunnerContext {
  /** Jobs that may run at once. */
  slots: number
  /** Names the state of the database that the jobs belong to. */
  generation: number
  pace: Pace
  now: () => Date
  /** Stops all jobs at their next safe points. */
  signal: AbortSignal
  /** Keeps a task that nobody else awaits; an error ends the thread. */
  inBackground: (task: Promise<void>) => void
  /** Called when a job is over, or has been stopped. */
  onOver: () => void
  tell: (message: FromWorker) => void
}

/** The slot of a job, and its place in the queue for one. */
interface Slot {
  /** What `jobs/run-job.ts` needs of it. */
  context: JobContext['slot']
  /**
   * Gives the slot back while the job is held in PENDING_JOB: it waits for a person. Its place in
   * the queue is passed over until it may leave that status.
   */
  suspend: () => void
  /** The job is held no longer. */
  resume: () => void
  /** For good. */
  release: () => void
}

/** Runs the jobs of one kind, as many at once as there are slots; those of the seed one after the other. */
export class JobRunner implements WorkSource {
  readonly #handler: JobHandler
  readonly #context: RunnerContext
  readonly #slots: Semaphore
  /**
   * The start waits for imports of the seed, and all other slots may be those of jobs that are held. There is
   * one, as an import may build on what those before it in the seed have written.
   */
  readonly #slotOfSeed = new Semaphore(1)
  /** The jobs under way, each with what aborts it. */
  readonly #underWay = new Map<Job, AbortController>()
  /** The newest job that has been started; all older ones are under way or over. */
  #newest = 0
  /**
   * Resolves when all jobs that have been started have rested in CREATED. They ask for slots in the
   * order in which they were created, so none goes on before an older one: timers, and modules that
   * are being loaded, keep no order.
   */
  #rested: Promise<unknown> = Promise.resolve()

  constructor(handler: JobHandler, context: RunnerContext) {
    this.#handler = handler
    this.#context = context
    this.#slots = new Semaphore(context.slots)
  }

  /** Starts the jobs that have been created since. */
  runDue(): void {
    const started = new Set([...this.#underWay.keys()].map(({ seq }) => seq))
    const found = this.#handler.progress.unfinished(this.#newest)
    this.#newest = found.at(-1)?.seq ?? this.#newest
    const jobs = found.filter(({ seq }) => !started.has(seq))
    // Those that had a slot when they were interrupted take it first.
    for (const job of [...jobs.filter(job => job.hadSlot), ...jobs.filter(job => !job.hadSlot)]) {
      this.#context.inBackground(this.#run(job))
    }
  }

  /** Whoever creates a job wakes the worker. */
  nextDue(): number {
    return Number.POSITIVE_INFINITY
  }

  /**
   * Runs the suspects one at a time, each until it is over or held: the jobs that were under way
   * when the worker died. If it dies again, the one that runs is the cause.
   */
  async runSuspects(): Promise<void> {
    const { progress } = this.#handler
    const { signal, inBackground } = this.#context
    for (const job of progress.unfinished(0).filter(job => progress.deaths(job).count > 0)) {
      if (signal.aborted) return
      const { promise: held, resolve: onHeld } = Promise.withResolvers<void>()
      const over = this.#run(job, onHeld)
      inBackground(over)
      await Promise.race([held, over])
    }
  }

  /**
   * Aborts the jobs whose applications have been deleted. They would find out with their next
   * write, but one that waits for S3 would keep its slot until then.
   */
  abortDeleted(): void {
    for (const [job, aborter] of this.#underWay) {
      if (!this.#handler.progress.isAlive(job)) aborter.abort(new JobGoneError())
    }
  }

  /**
   * Gives free slots to jobs that may now leave PENDING_JOB, the oldest first. To be called before the jobs
   * themselves look whether they may: the first to look need not be the oldest.
   */
  offerSlots(): void {
    this.#slots.offer()
  }

  /** @param onHeld called whenever the job begins to be held */
  async #run(job: Job, onHeld = () => {}): Promise<void> {
    const { now, tell, onOver, generation } = this.#context
    const aborter = new AbortController()
    this.#underWay.set(job, aborter)
    const signal = AbortSignal.any([this.#context.signal, aborter.signal])
    const name = { kind: this.#handler.kind, seq: job.seq, generation }
    const begins = () => tell({ begins: name })
    const leaves = () => tell({ leaves: name })
    const moved = () => tell({ moved: { kind: name.kind, app: job.app.id, id: job.id } })
    const rest = this.#createRest(job, signal)
    const slot = this.#createSlot(job, signal, begins)
    const log = (describe: (kind: JobKind, answer: JobResponse) => LogLine) => {
      const answer = this.#handler.answerOf(job)
      // It may be gone with its application.
      if (answer !== undefined) tell(describe(name.kind, answer))
    }
    log(describeStart)
    try {
      await this.#handler.run(job, {
        now,
        rest: rest.wait,
        hold: this.#createHold(job, signal, slot, {
          onHeld() {
            // A job that is held does nothing that the worker could die of.
            leaves()
            onHeld()
          },
          onLook: moved,
          onLetGo: begins,
        }),
        slot: slot.context,
        signal,
        onMove() {
          moved()
          log(describeMove)
        },
        onUnexpected: ({ id }, error) =>
          tell({
            level: 'error',
            fields: { job: id, err: error },
            text: `unexpected error in ${this.#handler.kind} job ${id}`,
          }),
      })
    } catch (error) {
      // Any other error of the database ends this thread, and with it every half-done step; the
      // supervisor starts it again.
      if (!(error instanceof JobGoneError) && !signal.aborted) throw error
    } finally {
      this.#underWay.delete(job)
      rest.end()
      slot.release()
    }
    // Not when an error ends the thread: the job is then what it died of.
    leaves()
    onOver()
  }

  /** A job's rest in each of its statuses, and what ends it for good. */
  #createRest(job: Job, signal: AbortSignal): { wait: JobContext['rest']; end: () => void } {
    const older = this.#rested
    const { promise, resolve: end } = Promise.withResolvers<void>()
    if (job.status === 'CREATED') this.#rested = Promise.all([older, promise])
    const wait = async () => {
      if (!job.ofSeed) {
        await this.#context.pace.rest(signal)
        if (job.status === 'CREATED') await older
      }
      end()
    }
    return { wait, end }
  }

  /**
   * A job's slot. It joins the queue as soon as it has to wait. Those that had a slot when they were
   * interrupted get one first, the others in the order in which they were created, except those that are held
   * in PENDING_JOB. `holdersOfSlots` of the store counts on that. Those of the seed have a slot of their own,
   * and join the queue as soon as they are started.
   */
  #createSlot(job: Job, signal: AbortSignal, begins: () => void): Slot {
    const { pace } = this.#context
    const { progress } = this.#handler
    const slots = job.ofSeed ? this.#slotOfSeed : this.#slots
    /**
     * Whether it is held in PENDING_JOB, or has yet to find out. One that waits for its slot
     * finds out when it has it.
     */
    let mayBeHeld = job.status === 'PENDING_JOB'
    const mayAcquire = () => !mayBeHeld || Boolean(job.ofSeed) || pace.mayLeave(job, progress)
    const join = () => slots.join(job.hadSlot ? 0 : job.seq, mayAcquire)
    let ticket: Ticket | undefined =
      job.hadSlot || job.status === 'PENDING_JOB' || job.ofSeed ? join() : undefined
    const release = () => {
      ticket?.leave()
      ticket = undefined
    }
    return {
      context: {
        tryAcquire() {
          ticket ??= join()
          mayBeHeld = !ticket.hasSlot
          if (ticket.hasSlot) begins()
          return ticket.hasSlot
        },
        async acquire() {
          ticket ??= join()
          await Promise.race([ticket.acquired, rejectOnAbort(signal)])
          begins()
        },
        doWithout() {
          release()
          begins()
        },
      },
      suspend() {
        mayBeHeld = true
        if (!ticket?.hasSlot) return
        ticket.leave()
        ticket = join()
      },
      resume() {
        mayBeHeld = false
      },
      release,
    }
  }

  /**
   * @param on.onHeld called whenever the job begins to be held
   * @param on.onLook called then, and each time when it turns out to be held still: why, may have
   *   changed
   * @param on.onLetGo called when a job that waits for no slot is held no longer
   */
  #createHold(
    job: Job,
    signal: AbortSignal,
    slot: Slot,
    { onHeld, onLook, onLetGo }: Record<'onHeld' | 'onLook' | 'onLetGo', () => void>,
  ): JobContext['hold'] {
    const { progress } = this.#handler
    return async () => {
      if (job.ofSeed) return false
      let isHeld = false
      await this.#context.pace.hold(job, progress, signal, () => {
        if (job.status === 'PENDING_JOB') slot.suspend()
        if (!isHeld) {
          isHeld = true
          progress.write(job, () => progress.noteHeld(job))
          onHeld()
        }
        onLook()
      })
      slot.resume()
      if (isHeld && isPastQueue(job)) onLetGo()
      return isHeld
    }
  }
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
  )
}
