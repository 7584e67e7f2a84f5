import type { Call } from './call.ts'

/** Upper bounds of the buckets, in seconds. */
export const durationBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** The calls of one operation. */
export interface OperationCounts {
  /** How many were answered with each status. */
  statuses: Map<number, number>
  /** How many took at most as long as the bound of the same place, but longer than the one before. */
  buckets: number[]
  seconds: number
}

/** Counts the calls from the start of the process, whether anybody will ask for them or not. */
export class RequestCounts {
  /** By operation; those that are none together. */
  readonly byOperation = new Map<string, OperationCounts>()

  record({ operation = 'unknown', status, milliseconds }: Call): void {
    let counts = this.byOperation.get(operation)
    if (counts === undefined) {
      counts = { statuses: new Map(), buckets: durationBounds.map(() => 0), seconds: 0 }
      this.byOperation.set(operation, counts)
    }
    counts.statuses.set(status, (counts.statuses.get(status) ?? 0) + 1)
    const seconds = milliseconds / 1000
    const bucket = durationBounds.findIndex(bound => seconds <= bound)
    if (bucket !== -1) counts.buckets[bucket]!++
    counts.seconds += seconds
  }
}
