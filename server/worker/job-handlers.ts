import type { OpenBucket } from '../buckets/open-bucket.ts'
import { runExportJob } from '../export/run-export-job.ts'
import type { ReadingJob, RecordReader } from '../import/read/read-records.ts'
import type { ImportContext } from '../import/run-import-job.ts'
import type { JobCounters } from '../jobs/record-counters.ts'
import type { JobContext } from '../jobs/run-job.ts'
import { type JobKind, type JobResponse, jobKinds } from '../model/job-kinds.ts'
import { learnLifetimes } from '../process/garbage.ts'
import type { ExportJob } from '../store/jobs/export-progress.ts'
import type { ImportJob } from '../store/jobs/import-progress.ts'
import type { JobProgress } from '../store/jobs/job-progress.ts'
import type { Job } from '../store/jobs/job-rows.ts'
import type { Store } from '../store/open-store.ts'
import type { WorkerSettings } from './messages.ts'

/** How the worker runs the jobs of one kind. */
export interface JobHandler {
  readonly kind: JobKind
  /** What the store does for jobs of this kind. */
  readonly progress: Pick<
    JobProgress,
    'isAlive' | 'deaths' | 'write' | 'mayLeave' | 'hanging' | 'noteHeld' | 'faults'
  > & {
    unfinished(after: number): Job[]
  }
  /** The job as Pinpoint answers it; undefined when it is gone with its application. */
  answerOf(job: Job): JobResponse | undefined
  /** Runs one of its own jobs from the status that it is in to its end, as `runJob` says. */
  run(job: Job, context: JobContext): Promise<void>
}

/** What the thread has for jobs of every kind. */
export interface JobResources {
  settings: Pick<WorkerSettings, 'pieceBytes' | 'compressed' | 'ownsProcess'>
  openBucket: OpenBucket
  /** Opens a reader of records that runs in a thread of its own. */
  openReaderThread: (job: ReadingJob) => RecordReader
  counters: JobCounters
}

/**
 * Bytes from which on an import's records are read by a thread of their own. To start one takes
 * memory, and as long as to import some thousand records.
 */
const largeBytes = 4 * 1024 * 1024

/**
 * Loads what an import needs: its schemas take longer to load than all the rest of this thread's
 * start. The first import does it, or the worker once it has been idle.
 */
export async function loadImports({ ownsProcess }: Pick<WorkerSettings, 'ownsProcess'>) {
  const loaded = await Promise.all([
    import('../import/run-import-job.ts'),
    import('../import/read/read-records.ts'),
  ])
  if (ownsProcess) learnLifetimes(false)
  return loaded
}

/** Creates the handlers of all kinds of jobs. */
export function createJobHandlers(
  store: Store,
  { settings, openBucket, openReaderThread, counters }: JobResources,
): JobHandler[] {
  const runOf: Record<JobKind, JobHandler['run']> = {
    async import(job: ImportJob, context) {
      const [{ runImportJob }, { createRecordReader }] = await loadImports(settings)
      const openReader: ImportContext['openReader'] = (reading, bytes) =>
        bytes < largeBytes ? createRecordReader(reading, openBucket) : openReaderThread(reading)
      await runImportJob(job, { ...context, ...settings, store, openBucket, openReader, counters })
    },
    export: (job: ExportJob, context) =>
      runExportJob(job, { ...context, ...settings, store, openBucket, counters }),
  }
  return jobKinds.map(kind => ({
    kind,
    progress: store[`${kind}Progress`],
    answerOf: ({ app, id }) => store[`${kind}Jobs`].get(app, id),
    run: runOf[kind],
  }))
}
