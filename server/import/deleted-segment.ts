import type { ImportJob } from '../store/jobs/import-progress.ts'
import type { Store } from '../store/open-store.ts'

/**
 * Whether the segment that a job updates has been deleted, by which the job fails (assumed). A
 * segment that the job creates has the id of the job.
 */
export const isSegmentDeleted = (
  { id, app, segmentId }: Pick<ImportJob, 'id' | 'app' | 'segmentId'>,
  segments: Pick<Store['segments'], 'get'>,
): boolean => segmentId !== null && segmentId !== id && segments.get(app, segmentId) === undefined
