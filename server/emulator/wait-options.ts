/** How long to wait. */
export interface WaitOptions {
  /** Milliseconds; 30 seconds by default. */
  timeoutMs?: number
}

/** @throws RangeError for what is no time to wait */
export function readTimeout({ timeoutMs = 30_000 }: WaitOptions = {}): number {
  if (Number.isSafeInteger(timeoutMs) && timeoutMs >= 0 && timeoutMs < 2 ** 31) return timeoutMs
  throw new RangeError(`timeoutMs must be a whole number of milliseconds below 2^31; got ${timeoutMs}`)
}
