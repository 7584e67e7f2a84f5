import { setImmediate } from 'node:timers/promises'
import { type Clock, type ClockMode, isClockTime, lastTime, stateAt, wallClock } from '../clock/clock.ts'
import { addDuration } from '../model/iso-duration.ts'
import { diskTrouble } from '../process/disk-errors.ts'
import { type DueRows, nextOf } from '../store/clock/due-rows.ts'
import type { Store } from '../store/open-store.ts'
import type { DueSource } from './due-sources.ts'
import type { ClockMove, ClockOutcome, ClockTarget } from './messages.ts'
import type { WorkSource } from './scheduler.ts'

/**
 * Steps after which a move of the clock stops where it is, and a warning is logged without one: what
 * repeats itself might never end.
 */
const maxSteps = 100_000

/** Milliseconds until due work is tried again when the disk has refused it. */
const retryDelay = 10_000

const never = Number.POSITIVE_INFINITY

/** What `DueWork` needs from its thread. */
export interface DueWorkContext {
  clock: Clock
  store: Pick<Store, 'dueRows' | 'savedClock' | 'write'>
  /** Milliseconds that steps of one application may take together before those of the others: 50. */
  timeSlice?: number | undefined
  /** Stops it after the step under way. */
  signal: AbortSignal
  /** Keeps a task that nobody else awaits; an error ends the thread. */
  inBackground: (task: Promise<void>) => void
  /** Called when it may have to look again for what is due. */
  onRested: () => void
  /** Told when the disk refuses to write. */
  onTrouble: (error: unknown) => void
  /** Told once that what runs by itself has made so many steps without a rest. */
  onRestless: (steps: number) => void
}

/**
 * Runs what is due by the emulator's clock, in the order of its time, one step after the other. It
 * is also the only one to move the clock, so that nothing is due in between that has not run.
 *
 * Applications do not wait for one another's slow hooks and templates, nor for work that never ends:
 * while a step of one waits for an answer, those of the others go on, and when its steps have taken
 * long, those of the others come first. Within an application, and while the clock is moved, the order
 * is kept. A move does not wait either: what runs by itself stops for it after the step under way.
 */
export class DueWork implements WorkSource {
  readonly #sources: readonly DueSource[]
  readonly #context: DueWorkContext
  /** The last of the runs and moves, which take place one after the other. */
  #last: Promise<unknown> = Promise.resolve()
  #isBusy = false
  /** How many moves wait until nothing else runs. */
  #movesWaiting = 0
  /** Steps that wait for answers from outside, by the rows of their applications. */
  readonly #waiting = new Map<number, Promise<void>>()
  /** Milliseconds that applications' steps have taken since the others came first, by their rows. */
  readonly #timeTaken = new Map<number, number>()
  /** Nothing runs by itself until then, as `performance.now()` tells the time; Infinity for never again. */
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
        await this.#run({ steps: 0, sent: 0 })
      }).catch(this.#retryLater),
    )
  }

  /** @throws any error but those of the disk, after which due work is tried again */
  #retryLater = (error: unknown): void => {
    if (this.#context.signal.aborted) return
    this.#stopIfUnexpected(error)
    if (diskTrouble(error) === undefined) throw error
    this.#context.onTrouble(error)
    this.#pausedUntil = performance.now() + retryDelay
  }

  /**
   * Runs nothing by itself any more after an error that ends the thread. A step that fails at once
   * would otherwise be repeated for ever before the rejection can end it.
   */
  #stopIfUnexpected = (error: unknown): void => {
    if (!this.#context.signal.aborted && diskTrouble(error) === undefined) this.#pausedUntil = never
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
   * shows it to every thread meanwhile, and stands still. Set back, it runs nothing.
   *
   * @throws the signal's reason; an error of the database. The clock is then where the last step
   *   has left it
   */
  move(move: ClockMove): Promise<Exclude<ClockOutcome, string>> {
    this.#movesWaiting++
    return this.#alone(async () => {
      this.#movesWaiting--
      await Promise.all(this.#waiting.values())
      const { clock, store } = this.#context
      const { to, mode = clock.state.mode === 'frozen' ? 'frozen' : 'offset' } = move
      const from = this.#now()
      const done = { steps: 0, sent: 0 }
      const target = targetOf(to, from)
      if (!isClockTime(target)) {
        // The call was checked, but against a clock that another one has moved since.
        const shown = new Date(from).toISOString()
        return { refused: `the clock shows ${shown} already, from which this leads beyond the year 9999` }
      }
      if (target < from) {
        const refused = this.#whyNotBack(move, from, target)
        if (refused !== undefined) return { refused }
        await this.#set(mode, target, { isBack: true })
        return { from, now: target, ...done, truncated: false }
      }
      try {
        // What is due already comes first, so that `next` is after it.
        let isDone = await this.#run(done, { until: from, mode })
        const end = to === 'next' ? (nextOf(this.#sources)?.time ?? from) : target
        isDone &&= await this.#run(done, { until: end, mode })
        const isIdle = typeof to === 'object' && 'idle' in to && nextOf(this.#sources) === undefined
        // It stays where the last step has left it if it has stopped before its end.
        const hasEnd = isDone && !isIdle
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
   * Runs what is due.
   *
   * @param done counts what has run
   * @param move up to when the clock moves with the steps, and the mode in which it goes on later;
   *   without it, what is due by now runs, until a move waits
   * @returns false if it has stopped before all has run: for a move, or after the most steps of one
   */
  async #run(
    done: { steps: number; sent: number },
    move?: { until: number; mode: ClockMode },
  ): Promise<boolean> {
    for (;;) {
      this.#context.signal.throwIfAborted()
      if (move === undefined && this.#movesWaiting > 0) return false
      const next = this.#next(move?.until)
      if (next === undefined) return true
      if (move !== undefined) {
        if (done.steps === maxSteps) return false
        if (next.time > this.#now()) await this.#set(move.mode, next.time, { shown: 'frozen' })
      }
      const begun = performance.now()
      const step = await next.rows.runStep(new Date(next.time), next.except)
      const { app, sent } = typeof step === 'number' ? { app: undefined, sent: step } : step
      if (app !== undefined) {
        this.#timeTaken.set(app, (this.#timeTaken.get(app) ?? 0) + performance.now() - begun)
      }
      if (app === undefined || typeof sent === 'number' || move !== undefined) done.sent += await sent
      else this.#leaveWaiting(app, sent)
      done.steps++
      if (move === undefined && done.steps === maxSteps) this.#context.onRestless(maxSteps)
      await setImmediate()
    }
  }

  /**
   * What is due next, and which applications are left out for now.
   *
   * @param until to when the clock moves, if it does
   */
  #next(until: number | undefined) {
    const waiting = [...this.#waiting.keys()]
    const find = (except: number[]) => {
      const next = nextOf(this.#sources, except)
      return next === undefined || next.time > (until ?? this.#now()) ? undefined : { ...next, except }
    }
    const { timeSlice = 50 } = this.#context
    const over = [...this.#timeTaken].flatMap(([app, ms]) => (ms > timeSlice ? [app] : []))
    if (over.length > 0) {
      const next = until === undefined ? find([...waiting, ...over]) : undefined
      if (next !== undefined) return next
      this.#timeTaken.clear()
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
   * @param options.shown the mode for now
   * @param options.isBack whether it is set back
   */
  async #set(mode: ClockMode, now: number, { shown = mode, isBack = false } = {}): Promise<void> {
    const { clock, store } = this.#context
    await store.write(() => {
      if (isBack) for (const rows of Object.values<DueRows>(store.dueRows)) rows.setBack?.(now)
      const saved = stateAt(mode, now)
      store.savedClock.put(saved)
      clock.set(shown === mode ? saved : stateAt(shown, now))
    })
  }

  /** Why a move may not set the clock back, though other moves were made since it was asked for. */
  #whyNotBack({ back }: ClockMove, from: number, target: number): string | undefined {
    if (back === 'forced') return undefined
    const [shown, wanted] = [from, target].map(time => new Date(time).toISOString())
    if (back === undefined) return `the clock shows ${shown} already, which is after ${wanted}`
    const active = Object.values(this.#context.store.dueRows)
      .map(rows => rows.active())
      .find(name => name !== undefined)
    if (active === undefined) return undefined
    return `the clock cannot be set back, from ${shown} to ${wanted}, while ${active} is active: end that first, or send "force":true`
  }

  #now(): number {
    return this.#context.clock.now().getTime()
  }

  /** Does something when nothing else runs any more. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    this.#isBusy = true
    const result = this.#last.then(work)
    const ended = result
      .then(() => {}, this.#stopIfUnexpected)
      .then(() => {
        if (this.#last !== ended) return
        this.#isBusy = false
        this.#context.onRested()
      })
    this.#last = ended
    return result
  }
}

/**
 * The time that a move leads to at most; where it depends on what is due, the last that the clock can show.
 */
function targetOf(to: ClockTarget, from: number): number {
  if (typeof to === 'number') return to
  if (to === 'here') return from
  if (to === 'real') return wallClock().getTime()
  if (to === 'next') return lastTime
  const duration = 'by' in to ? to.by : to.idle
  return duration === undefined ? lastTime : addDuration(from, duration)
}
