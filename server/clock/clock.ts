/** How a clock tells the time. All times are milliseconds since 1970. */
export type ClockState =
  /** It agrees with the machine's. */
  | { mode: 'real' }
  /** It stands still. */
  | { mode: 'frozen'; now: number }
  /** It ticks, and is ahead of the machine's by so many milliseconds. */
  | { mode: 'offset'; offset: number }

export type ClockMode = ClockState['mode']

const modes: ClockMode[] = ['real', 'frozen', 'offset']

/**
 * The emulator's clock: everything that Pinpoint would date, schedule or report takes its time from
 * here. All threads share its memory, so that each of them sees the same time. What is about HTTP
 * and not about Pinpoint takes `wallClock`.
 */
export class Clock {
  readonly shared: SharedArrayBuffer
  /**
   * One word, so that no thread reads half of a change: the mode in the last two bits, above them
   * the time of a frozen clock, or the offset.
   */
  readonly #word: BigInt64Array

  /**
   * @param shared the memory of another thread's clock; without it, a new clock that agrees with
   *   the machine's
   */
  constructor(shared = new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT)) {
    this.shared = shared
    this.#word = new BigInt64Array(shared)
  }

  now(): Date {
    return new Date(timeOf(this.state))
  }

  get state(): ClockState {
    const word = Atomics.load(this.#word, 0)
    const mode = modes[Number(word & 3n)]!
    const value = Number(word >> 2n)
    if (mode === 'frozen') return { mode, now: value }
    return mode === 'offset' ? { mode, offset: value } : { mode }
  }

  /** Sets the clock, for every thread that shares it. */
  set(state: ClockState): void {
    const value = state.mode === 'frozen' ? state.now : offsetOf(state)
    Atomics.store(this.#word, 0, (BigInt(value) << 2n) | BigInt(modes.indexOf(state.mode)))
  }
}

/** The state of a clock of some mode that shows this time now. A real clock shows the machine's. */
export function stateAt(mode: ClockMode, now: number): ClockState {
  if (mode === 'frozen') return { mode, now }
  return mode === 'offset' ? { mode, offset: now - Date.now() } : { mode }
}

/** The last time that the clock can show: there it stands still. */
export const lastTime = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

/** The time that a clock in this state shows now. */
export const timeOf = (state: ClockState): number =>
  state.mode === 'frozen' ? state.now : Math.min(Date.now() + offsetOf(state), lastTime)

/** Whether the clock can be set to a time: it is in the years from 1970 to 9999. */
export const isClockTime = (time: number): boolean => time >= 0 && time <= lastTime

const offsetOf = (state: ClockState): number => (state.mode === 'offset' ? state.offset : 0)

/** The machine's own time: for the age of signatures, request rates and the log of calls. */
export const wallClock = (): Date => new Date()
