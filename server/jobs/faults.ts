import type { Fault } from '../model/fault.ts'
import type { JobProgress } from '../store/jobs/job-progress.ts'
import type { Job } from '../store/jobs/job-rows.ts'

/** Thrown for a job that is to fail because a caller wants it to. */
export class InjectedFaultError extends Error {}

type FaultsOfJobs = Pick<JobProgress, 'faults'>

/** @throws InjectedFaultError where a rule fails the job in the state that it is in */
export function checkFaults(job: Job, progress: FaultsOfJobs): void {
  const [fault] = progress.faults(job, rule => rule.failAt === job.status)
  if (fault !== undefined) throw new InjectedFaultError(reasonOf(fault))
}

/** Whether a rule keeps the job in the state that it is in. */
export const isHung = (job: Job, progress: FaultsOfJobs): boolean =>
  progress.faults(job, rule => rule.hangAt === job.status).length > 0

/** What rules make of the pieces and records of a job; each gives the reason for which one fails. */
export interface ProcessingFaults {
  /** @param index from 0 */
  ofPiece(index: number): string | undefined
  /** @param number which of all the job's records it is, from 1 */
  ofRecord(number: number): string | undefined
}

/**
 * What rules make of a job that is PROCESSING, for as long as it takes to write some records.
 *
 * @returns undefined where there is no rule
 * @throws InjectedFaultError as `checkFaults` does
 */
export function faultsInProcessing(job: Job, progress: FaultsOfJobs): ProcessingFaults | undefined {
  checkFaults(job, progress)
  const applying = progress.faults(
    job,
    rule => rule.failPieces !== undefined || rule.failRecords !== undefined,
  )
  if (applying.length === 0) return undefined
  const reasonIf = (matters: (fault: Fault) => boolean) => {
    const fault = applying.find(matters)
    return fault && reasonOf(fault)
  }
  return {
    ofPiece: index => reasonIf(({ failPieces = 0 }) => index < failPieces),
    ofRecord(number) {
      const fault = applying.find(({ failRecords }) => failRecords && number % failRecords.every === 0)
      return fault && (fault.failRecords?.reason ?? reasonOf(fault))
    },
  }
}

const reasonOf = ({ id, reason }: Fault): string => reason ?? `the fault rule ${id} says so`
