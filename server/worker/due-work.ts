import { setImmediate } from 'node:timers/promises'
import { type Clock, type ClockMode, stateAt, wallClock } from '../clock/clock.ts'
import { addDuration } from '../model/iso-duration.ts'
import { diskTrouble } from '../process/disk-errors.ts'
import { nextOf } from '../store/clock/due-rows.ts'
import type { Store } from '../store/open-store.ts'
import type { DueSource } from './due-sources.ts'
import type { ClockMove, ClockMoved, ClockTarget } from './messages.ts'
import type { Source } from './schedule.ts'

/** Steps after which a move of the clock stops where it is: what repeats itself might never end. */
const maxSteps = 100_000

/** Milliseconds until due work is tried again when the disk has refused it. */
const retryDelay = 10_000

/** Milliseconds after which a step was so long that other applications get their turn next. */
const longStep = 50

const never = Number.POSITIVE_INFINITY

/** What `DueWork` needs from its thread. */
export interface DueWorkContext {
  clock: Clock
  store: Pick<Store, 'savedClock' | 'write'>
  /** Stops it after the step under way. */
  signal: AbortSignal
  /** Keeps a task that nobody else awaits; an error ends the thread. */
  inBackground: (task: Promise<void>) => void
  /** Called when it may have to look again for what is due. */
  onRested: () => void
  /** Told when the disk refuses to write. */
  onTrouble: (error: unknown) => void
}

/**
 * Runs what is due by the emulator's clock, in the order of its time, one step after the other. It
 * is also the only one to move the clock, so that nothing is due in between that has not run.
 *
 * Applications do not wait for one another's slow hooks and templates: while a step of one waits for
 * an answer, those of the others go on, and after a long step, those of the others come first. Within
 * an application, and while the clock is moved, the order is kept.
 */
export class DueWork implements Source {
  readonly #sources: readonly DueSource[]
  readonly #context: DueWorkContext
  /** The last of the runs and moves, which take place one after the other. */
  #last: Promise<unknown> = Promise.resolve()
  #isBusy = false
  /** Steps that wait for answers from outside, by the rows of their applications. */
  readonly #waiting = new Map<number, Promise<void>>()
  /** Rows of the applications whose last step was long. */
  readonly #slow = new Set<number>()
  /** Nothing runs by itself until then, as `performance.now()` tells the time. */
  #pausedUntil = 0

  /** @param sources those of the same time run in this order */
  constructor(sources: readonly DueSource[], context: DueWorkContext) {
    this.#sources = sources
    this.#context = context
  }

  /** Starts to run what is due. */
  runDue(): void {
    if (this.nextDue() > 0) return
    this.#context.inBackground(
      this.#alone(async () => {
        await this.#run(this.#now(), { steps: 0, sent: 0 })
      }).catch(this.#retryLater),
    )
  }

  /** @throws any error but those of the disk, after which due work is tried again */
  #retryLater = (error: unknown): void => {
    if (this.#context.signal.aborted) return
    if (diskTrouble(error) === undefined) throw error
    this.#context.onTrouble(error)
    this.#pausedUntil = performance.now() + retryDelay
  }

  /** Milliseconds until something is due; Infinity while something runs, which says when it ends. */
  nextDue(): number {
    if (this.#isBusy) return never
    const pause = this.#pausedUntil - performance.now()
    if (pause > 0) return pause
    const time = nextOf(this.#sources, [...this.#waiting.keys()])?.time ?? never
    const ms = time - this.#now()
    return ms > 0 && this.#context.clock.state.mode === 'frozen' ? never : ms
  }

  /**
   * Moves the clock. Whatever becomes due on the way runs, and sees its own time as now: the clock
   * shows it to every thread meanwhile, and stands still.
   *
   * @throws the signal's reason; an error of the database. The clock is then where the last step
   *   has left it
   */
  move(move: ClockMove): Promise<ClockMoved> {
    return this.#alone(async () => {
      await Promise.all(this.#waiting.values())
      const { clock, store } = this.#context
      const { to, mode = clock.state.mode === 'frozen' ? 'frozen' : 'offset' } = move
      const from = this.#now()
      const done = { steps: 0, sent: 0 }
      const target = targetOf(to, from)
      if (target < from) {
        await this.#set(mode, target)
        return { from, now: target, ...done, truncated: false }
      }
      try {
        // What is due already comes first, so that `next` is after it.
        let isDone = await this.#run(from, done, mode)
        const end = to === 'next' ? (nextOf(this.#sources)?.time ?? from) : target
        isDone &&= await this.#run(end, done, mode)
        const isIdle = typeof to === 'object' && 'idle' in to && nextOf(this.#sources) === undefined
        // It stays where the last step has left it if it has stopped before its end, or has none.
        const hasEnd = isDone && !isIdle && end !== never
        const now = Math.max(hasEnd ? end : from, this.#now())
        await this.#set(mode, now)
        return { from, now, ...done, truncated: !isDone }
      } catch (error) {
        clock.set(store.savedClock.get())
        throw error
      }
    })
  }

  /**
   * Runs what is due at a time or before.
   *
   * @param done counts what has run
   * @param moving the mode in which the clock goes on later, if it moves with the steps
   * @returns false if it has stopped before, after the most steps that a move may take
   */
  async #run(until: number, done: { steps: number; sent: number }, moving?: ClockMode): Promise<boolean> {
    for (;;) {
      this.#context.signal.throwIfAborted()
      const next = this.#next(until, moving !== undefined)
      if (next === undefined) return true
      if (moving !== undefined) {
        if (done.steps === maxSteps) return false
        if (next.time > this.#now()) await this.#set(moving, next.time, 'frozen')
      }
      const begun = performance.now()
      const step = await next.rows.runStep(new Date(next.time), next.except)
      const { app, sent } = typeof step === 'number' ? { app: undefined, sent: step } : step
      if (app !== undefined && performance.now() - begun > longStep) this.#slow.add(app)
      if (app === undefined || typeof sent === 'number' || moving !== undefined) done.sent += await sent
      else this.#leaveWaiting(app, sent)
      done.steps++
      await setImmediate()
    }
  }

  /** What is due next, at a time or before, and which applications are left out for now. */
  #next(until: number, isMoving: boolean) {
    const waiting = [...this.#waiting.keys()]
    const find = (except: number[]) => {
      const next = nextOf(this.#sources, except)
      return next === undefined || next.time > until ? undefined : { ...next, except }
    }
    if (this.#slow.size > 0) {
      const next = isMoving ? undefined : find([...waiting, ...this.#slow])
      if (next !== undefined) return next
      this.#slow.clear()
    }
    return find(waiting)
  }

  /** Lets other applications' work go on until a step has its answer from outside. */
  #leaveWaiting(app: number, step: Promise<unknown>): void {
    const waiting = step
      .then(() => {}, this.#retryLater)
      .finally(() => {
        this.#waiting.delete(app)
        this.#context.onRested()
      })
    // A move waits for it, too, and must not fail by it.
    this.#waiting.set(
      app,
      waiting.catch(() => {}),
    )
    this.#context.inBackground(waiting)
  }

  /**
   * Sets the clock and saves it, in one transaction: while it lasts, the state cannot be replaced,
   * which sets the clock as well.
   *
   * @param mode in which it goes on after a restart
   * @param shown the mode for now
   */
  async #set(mode: ClockMode, now: number, shown: ClockMode = mode): Promise<void> {
    const { clock, store } = this.#context
    await store.write(() => {
      store.savedClock.put(stateAt(mode, now))
      clock.set(stateAt(shown, now))
    })
  }

  #now(): number {
    return this.#context.clock.now().getTime()
  }

  /** Does something when nothing else runs any more. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    this.#isBusy = true
    const result = this.#last.then(work)
    const ended = result
      .catch(() => {})
      .then(() => {
        if (this.#last !== ended) return
        this.#isBusy = false
        this.#context.onRested()
      })
    this.#last = ended
    return result
  }
}

/** The time that a move leads to at most; where it depends on what is due, Infinity. */
function targetOf(to: ClockTarget, from: number): number {
  if (typeof to === 'number') return to
  if (to === 'here') return from
  if (to === 'real') return wallClock().getTime()
  if (to === 'next') return never
  const duration = 'by' in to ? to.by : to.idle
  return duration === undefined ? never : addDuration(from, duration)
}
