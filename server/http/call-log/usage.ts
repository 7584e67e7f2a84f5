import type { FastifyBaseLogger } from 'fastify'
import { wallClock } from '../../clock/clock.ts'
import { endOfSupport, type Lifecycle, lifecycleOf } from '../../model/lifecycle.ts'
import type { Call } from './call.ts'
import type { RequestCounts } from './call-counts.ts'

/** How often an operation was called. */
export interface OperationUsage extends Lifecycle {
  operation: string
  calls: number
}

/** Counts the calls of each operation of Pinpoint since the last reset, failed ones included. */
export class Usage {
  #since = wallClock()
  readonly #calls = new Map<string, number>()

  /** The last reset, or the start of the process. */
  get since(): Date {
    return this.#since
  }

  record({ operation }: Call): void {
    if (operation !== undefined) this.#calls.set(operation, (this.#calls.get(operation) ?? 0) + 1)
  }

  clear(): void {
    this.#since = wallClock()
    this.#calls.clear()
  }

  /** The operations that were called, the most frequent first. */
  list(): OperationUsage[] {
    return mostFrequentFirst(this.#calls)
  }
}

function mostFrequentFirst(calls: Iterable<[operation: string, calls: number]>): OperationUsage[] {
  return [...calls]
    .map(([operation, calls]) => ({ operation, ...lifecycleOf(operation), calls }))
    .sort((a, b) => b.calls - a.calls || (a.operation < b.operation ? -1 : 1))
}

/** Operations that the log line names at most. */
const operationsNamed = 5

/**
 * Logs one line, at the end of a process, if it was called for operations that AWS has ended.
 *
 * @param counts the calls since the start of the process
 */
export function logEndedOperations(log: Pick<FastifyBaseLogger, 'info'>, counts: RequestCounts): void {
  const ended = mostFrequentFirst(counts.callsByOperation()).filter(({ lifecycle }) => lifecycle === 'ended')
  if (ended.length === 0) return
  const calls = ended.reduce((sum, { calls }) => sum + calls, 0)
  const named = ended.slice(0, operationsNamed).map(({ operation, calls }) => `${operation} ${calls}`)
  const more = ended.length > operationsNamed ? [`and ${ended.length - operationsNamed} more`] : []
  const counted = `${calls} ${calls === 1 ? 'call was' : 'calls were'} of ${ended.length} ${ended.length === 1 ? 'operation' : 'operations'}`
  log.info(
    { endedOperations: Object.fromEntries(ended.map(({ operation, calls }) => [operation, calls])) },
    `${counted} that AWS ended on ${endOfSupport}: ${[...named, ...more].join(', ')}`,
  )
}
