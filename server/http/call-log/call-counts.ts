import type { Call } from './call.ts'

/** Upper bounds of the histogram's buckets, in seconds. */
export const durationBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** The entry of calls that are no operation of Pinpoint. */
const unknownRoute = 'unknown'

/** Counters of one operation. */
export interface OperationCounts {
  /** Calls by status. */
  statuses: Map<number, number>
  /** Calls by duration: those above the previous bound and up to the bound of the same index. */
  buckets: number[]
  seconds: number
}

/** Counters of all calls since the start of the process. */
export class RequestCounts {
  /** By operation; calls of unknown routes share one entry. */
  readonly byOperation = new Map<string, OperationCounts>()

  record({ operation = unknownRoute, status, milliseconds }: Call): void {
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

  /** How often each operation of Pinpoint was called. */
  *callsByOperation(): Iterable<[operation: string, calls: number]> {
    for (const [operation, { statuses }] of this.byOperation) {
      if (operation === unknownRoute) continue
      yield [operation, [...statuses.values()].reduce((sum, calls) => sum + calls, 0)]
    }
  }
}
