import type { JobCounters } from '../../jobs/record-counters.ts'
import type { ImportJob, ImportProgress } from '../../store/jobs/import-progress.ts'

/**
 * Milliseconds. A long transaction writes fewer pages, as many records change the same ones. But
 * callers wait while it is committed, so transactions are short for a while after a caller has
 * come.
 */
const times = {
  /** Of a transaction. */
  max: 2000,
  /** Of a transaction within `callerMemory` of the last caller. */
  short: 15,
  callerMemory: 1000,
  /** That a transaction stays open without records: the reader may be collecting garbage. */
  idle: 50,
  /** Between checks whether a caller waits, while there are no records. */
  check: 2,
}

/** Writes batches of a job's records, many of them in one transaction. */
export interface BatchTransactions<Batch> {
  /** Writes a batch, and commits if the transaction has lasted long enough. */
  write(batch: Batch): void
  /** Must be called after each batch: commits if a caller comes, or no batch follows soon. */
  idle(): void
  /** Commits what is open. Must be called at the end, after errors as well. */
  end(): void
}

/**
 * @param writeBatch writes a batch within a transaction that began at `now`, in milliseconds since
 *   1970; returns the number of its records
 */
export function createBatchTransactions<Batch>(
  job: ImportJob,
  { progress, counters, now }: { progress: ImportProgress; counters: JobCounters; now: () => Date },
  writeBatch: (batch: Batch, now: number) => { processed: number; failed: number },
): BatchTransactions<Batch> {
  /**
   * If the worker has died of the job, each batch is committed, which shows the one that it dies
   * of.
   */
  const max = progress.deaths(job).count > 0 ? 0 : times.max
  /** The beginning of the transaction: for measuring, and as the time of all endpoints in it. */
  let begin = 0
  let beginDate = 0
  let lastCaller = Number.NEGATIVE_INFINITY
  let idleTimer: NodeJS.Timeout | undefined
  /** Records of the open transaction. They are counted in the metrics once it is committed. */
  let records = { processed: 0, failed: 0 }

  const countCommitted = () => {
    counters.add('importProcessed', records.processed)
    counters.add('importFailed', records.failed)
    records = { processed: 0, failed: 0 }
  }
  const commit = () => {
    progress.commit(job)
    countCommitted()
  }
  /**
   * Called when a transaction begins. By then the previous one is committed, by whichever writer.
   */
  const onBegin = () => {
    countCommitted()
    begin = performance.now()
    beginDate = now().getTime()
  }

  return {
    write(batch) {
      clearInterval(idleTimer)
      try {
        const { processed, failed } = progress.writeOn(job, onBegin, () => writeBatch(batch, beginDate))
        records.processed += processed
        records.failed += failed
      } catch (error) {
        // The whole transaction is rolled back.
        records = { processed: 0, failed: 0 }
        throw error
      }
      const at = performance.now()
      if (progress.isCallerWaiting()) lastCaller = at
      const limit = at - lastCaller < times.callerMemory ? Math.min(times.short, max) : max
      if (at - begin >= limit) commit()
    },

    idle() {
      const since = performance.now()
      idleTimer = setInterval(() => {
        const at = performance.now()
        if (progress.isCallerWaiting()) lastCaller = at
        else if (at - since < times.idle) return
        clearInterval(idleTimer)
        if (progress.tryCommit(job)) countCommitted()
      }, times.check)
    },

    end() {
      clearInterval(idleTimer)
      commit()
    },
  }
}
