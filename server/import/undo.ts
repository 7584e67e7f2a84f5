import { reconcileRestored } from '../endpoints/reconcile-restored.ts'
import type { JobStatus } from '../model/job-moves.ts'
import type { EndpointWriter } from '../store/endpoints/endpoints.ts'
import type { ImportWriter } from '../store/import-writes/import-writer.ts'
import type { ImportJob } from '../store/jobs/import-progress.ts'
import type { Store } from '../store/open-store.ts'

/**
 * Prepares the undo of what a failed job has written, step by step: its segment's members are deleted, the
 * endpoints that it changed are restored, all of these are reconciled with what others have written since,
 * and those that it created are removed. Before anything is reconciled, what other FAILING jobs changed is
 * restored, too: two of them may have changed what a call had written in between.
 *
 * @param rowsPerStep how many rows a step handles at most
 * @returns does one step; gives whether there may be more. To be called in a transaction of
 *   the job, which is FAILING
 */
export function createUndo(job: ImportJob, store: Store, rowsPerStep: number): () => boolean {
  const { importProgress } = store
  const writers = new Map<number, ImportWriter>()
  const writerOf = (seq: number): ImportWriter => {
    const writer = writers.get(seq) ?? store.importWriter(seq)
    writers.set(seq, writer)
    return writer
  }
  const own = writerOf(job.seq)

  return () => {
    const ofApp = importProgress.unfinished(0).filter(({ app }) => app.seq === job.app.seq)
    const having = (...statuses: JobStatus[]) =>
      ofApp.filter(({ status }) => statuses.includes(status)).map(({ seq }) => seq)
    const failing = having('FAILING')
    const reconcile: Parameters<ImportWriter['reconcile']>[1] = restored => {
      const others = new Map<number | null, EndpointWriter>([[null, store.endpoints]])
      for (const seq of having('PROCESSING', 'COMPLETING')) others.set(seq, writerOf(seq))
      reconcileRestored(job.app, { restored, copiedAt: own.copiedAt, failing: new Set(failing), others })
    }
    return (
      importProgress.deleteMembers(job, rowsPerStep) ||
      failing.some(seq => writerOf(seq).restore(job.app, rowsPerStep)) ||
      own.reconcile(rowsPerStep, reconcile) ||
      own.removeCreated(job.app, rowsPerStep)
    )
  }
}
