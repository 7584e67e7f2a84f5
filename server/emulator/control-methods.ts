import type { ClockAdvanced, ClockStatus, SetClock } from '../model/clock.ts'
import type { ExportJobResponse } from '../model/export-job.ts'
import type { Fault, FaultRule } from '../model/fault.ts'
import type { ImportJobResponse } from '../model/import-job.ts'
import type { JobControl } from '../model/job-control.ts'
import type { JobStatus } from '../model/job-states.ts'

export type { ClockAdvanced, ClockStatus, Fault, FaultRule, JobControl, JobStatus }

/** A time: a Date, or an ISO 8601 text with a time zone. */
export type Time = Date | string

/** How far the clock advances; durations are ISO 8601, such as `PT24H`. */
export type ClockAdvance =
  | { by: string }
  | { to: Time }
  /** To the next that is due, which runs. */
  | { until: 'next' }
  /** Until nothing is pending, but by `max` at most. */
  | { until: 'idle'; max?: string }

/**
 * Control calls as methods. Each rejects with an Error that has the message of the control call's
 * answer.
 */
export interface ControlMethods {
  /** Fault rules, by which calls and jobs fail, are slow, or hang. */
  readonly faults: {
    /** Adds a rule for calls or for jobs. */
    add(rule: FaultRule): Promise<Fault>
    /** All rules, in the order in which they apply, including those whose `times` are used up. */
    list(): Promise<Fault[]>
    /** Removes one rule, by its id. */
    remove(id: string): Promise<void>
    /** Removes all rules. */
    clear(): Promise<void>
  }

  /** The job control: jobs advance at once, after a rest in each state, or by hand. */
  readonly jobControl: {
    get(): Promise<JobControl>
    /** Changes it, for running jobs as well. */
    set(control: JobControl): Promise<JobControl>
  }

  /** The clock by which Pinpoint dates and schedules. */
  readonly clock: {
    get(): Promise<ClockStatus>
    /**
     * Stops it (`frozen`), has it tick on from a time (`offset`), or makes it `real` again. What
     * becomes due by that has run when this resolves.
     */
    set(clock: Omit<SetClock, 'now'> & { now?: Time }): Promise<ClockStatus>
    /** Moves it forward. All that becomes due on the way has run when this resolves. */
    advance(how: ClockAdvance): Promise<ClockAdvanced>
  }

  /**
   * Lets a held import or export job go on, in the mode `manual`.
   *
   * @param options `to`: the state to go on to; without it, the next one
   * @returns the job, when it is in that state and has done all its work there
   */
  advance(
    applicationId: string,
    jobId: string,
    options?: { to?: JobStatus },
  ): Promise<ImportJobResponse | ExportJobResponse>
}

/**
 * @param call makes a control call in this process: takes the method, the path under `/_pinpoint/`
 *   and the body, and returns the body of the answer
 * @param isExport whether an application has an export job with this id
 */
export function createControlMethods(
  call: (method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown) => Promise<unknown>,
  isExport: (applicationId: string, jobId: string) => boolean,
): ControlMethods {
  return {
    faults: {
      add: async rule => (await call('POST', 'faults', rule)) as Fault,
      list: async () => ((await call('GET', 'faults')) as { items: Fault[] }).items,
      remove: async id => void (await call('DELETE', `faults/${encodeURIComponent(id)}`)),
      clear: async () => void (await call('DELETE', 'faults')),
    },
    jobControl: {
      get: async () => (await call('GET', 'job-control')) as JobControl,
      set: async control => (await call('PUT', 'job-control', control)) as JobControl,
    },
    clock: {
      get: async () => (await call('GET', 'clock')) as ClockStatus,
      set: async clock => (await call('PUT', 'clock', clock)) as ClockStatus,
      advance: async how => (await call('POST', 'clock/advance', how)) as ClockAdvanced,
    },
    async advance(applicationId, jobId, options = {}) {
      const kind = isExport(applicationId, jobId) ? 'export' : 'import'
      const path = `apps/${encodeURIComponent(applicationId)}/${kind}-jobs/${encodeURIComponent(jobId)}/advance`
      return (await call('POST', path, options)) as ImportJobResponse | ExportJobResponse
    },
  }
}
