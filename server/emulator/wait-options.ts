import { maxTimer } from '../model/milliseconds.ts'

/** How long to wait. */
export interface WaitOptions {
  /** Milliseconds; 30 seconds by default. */
  timeoutMs?: number
}

/** @throws RangeError for what is no time to wait, and for other options */
export function readTimeout(options: WaitOptions = {}): number {
  if (typeof options !== 'object' || options === null) {
    throw new RangeError(`the options must be an object, as { timeoutMs: 5000 }; got ${options}`)
  }
  const { timeoutMs = 30_000, ...others } = options
  const [unknown] = Object.keys(others)
  if (unknown !== undefined) throw new RangeError(`there is no option ${unknown}; the option is timeoutMs`)
  if (Number.isSafeInteger(timeoutMs) && timeoutMs >= 0 && timeoutMs <= maxTimer) return timeoutMs
  throw new RangeError(`timeoutMs must be a whole number of milliseconds below 2^31; got ${timeoutMs}`)
}
