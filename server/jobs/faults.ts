import type { Fault } from '../model/fault.ts'
import type { JobStatus } from '../model/job-moves.ts'
import type { JobProgress } from '../store/jobs/job-progress.ts'
import type { Job } from '../store/jobs/job-rows.ts'

/** Thrown to fail a job because a fault rule says so. */
export class InjectedFaultError extends Error {}

type FaultsOfJobs = Pick<JobProgress, 'faults'>

/** Selects the rules that fail a job in a status. */
export const failsAt =
  (status: JobStatus) =>
  (rule: Fault): boolean =>
    rule.failAt === status

/** @throws InjectedFaultError if a rule fails the job in its current status */
export function checkFaults(job: Job, progress: FaultsOfJobs): void {
  const [fault] = progress.faults(job, failsAt(job.status))
  if (fault !== undefined) throw new InjectedFaultError(reasonOf(fault))
}

/** Whether a rule makes the job hang in its current status. */
export const isHung = (job: Job, progress: FaultsOfJobs): boolean =>
  progress.faults(job, rule => rule.hangAt === job.status).length > 0

/** Fault rules for pieces and records. Each method returns the reason for the failure, if any. */
export interface ProcessingFaults {
  /** @param index from 0 */
  ofPiece(index: number): string | undefined
  /** @param number of the record, counted over the whole job from 1 */
  ofRecord(number: number): string | undefined
}

/**
 * Finds the rules for a job that is PROCESSING. To be called for each batch, as rules may change.
 *
 * @returns undefined if there are none
 * @throws InjectedFaultError as `checkFaults` does
 */
export function faultsInProcessing(job: Job, progress: FaultsOfJobs): ProcessingFaults | undefined {
  checkFaults(job, progress)
  const applying = progress.faults(
    job,
    rule => rule.failPieces !== undefined || rule.failRecords !== undefined,
  )
  if (applying.length === 0) return undefined
  const reasonOfFirst = (matters: (fault: Fault) => boolean) => {
    const fault = applying.find(matters)
    return fault && reasonOf(fault)
  }
  return {
    ofPiece: index => reasonOfFirst(({ failPieces = 0 }) => index < failPieces),
    ofRecord(number) {
      const fault = applying.find(({ failRecords }) => failRecords && number % failRecords.every === 0)
      return fault && (fault.failRecords?.reason ?? reasonOf(fault))
    },
  }
}

const reasonOf = ({ id, reason }: Fault): string => reason ?? `the fault rule ${id} says so`
