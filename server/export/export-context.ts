import type { OpenBucket } from '../buckets/open-bucket.ts'
import type { JobCounters } from '../jobs/record-counters.ts'
import type { JobContext } from '../jobs/run-job.ts'
import type { Store } from '../store/open-store.ts'

/** What an export job needs from the world. */
export interface ExportContext extends JobContext {
  store: Store
  openBucket: OpenBucket
  /** Bytes of a piece, about. */
  pieceBytes: number
  counters: JobCounters
}
