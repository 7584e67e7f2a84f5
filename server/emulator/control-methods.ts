import type { ClockAdvanced, ClockStatus, SetClock } from '../model/clock.ts'
import type { ChannelType } from '../model/endpoint.ts'
import type { Fault, FaultRule } from '../model/fault.ts'
import type { JobControl } from '../model/job-control.ts'
import type { JobKind, JobResponse } from '../model/job-kinds.ts'
import type { JobStatus } from '../model/job-moves.ts'
import type { DeliveryStatus, OutboxMessage } from '../model/message.ts'
import type { OtpDetails } from '../model/otp.ts'
import { readTimeout, type WaitOptions } from './wait-options.ts'

export type { ClockAdvanced, ClockStatus, Fault, FaultRule, JobControl, JobStatus, OtpDetails, OutboxMessage }

/** Which messages of the outbox are meant: those that match all members that are given. */
export interface MessageFilters {
  /** Id of the application. */
  app?: string
  channel?: ChannelType
  /** As the caller wrote it, or as the endpoint has it. */
  address?: string
  /** Id of the endpoint. */
  endpoint?: string
  /** Id of the user. */
  user?: string
  /** The MessageId, as in the answer. */
  messageId?: string
  status?: DeliveryStatus
  /** Whether the status is another than SUCCESSFUL. */
  failed?: boolean
  /** The operation that sent it. */
  operation?: string
  /** Name of the template. */
  template?: string
  /** Id of the campaign. */
  campaign?: string
  /** Id of the journey. */
  journey?: string
  /** A part of the subject, the title or the body. */
  text?: string
  /** Only messages with a greater id. */
  after?: number
  /** Only messages with a smaller id. */
  before?: number
}

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
    /** Adds a rule for calls, for jobs or for messages. */
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

  /** The messages of the outbox that match, newest first, failures too. */
  messages(filters?: MessageFilters): Promise<OutboxMessage[]>

  /**
   * Waits until there is a message that matches.
   *
   * @returns the newest one, also if it was there before
   * @throws Error if there is none in time, which tells the latest messages
   */
  waitForMessage(filters: MessageFilters, options?: WaitOptions): Promise<OutboxMessage>

  /**
   * Reads the newest one-time password that was sent: of all, or of an application, with a
   * reference, to a phone number.
   *
   * @throws Error if there is none
   */
  otp(filters?: { app?: string; reference?: string; address?: string }): Promise<OtpDetails>

  /**
   * Lets a held import or export job go on, in the mode `manual`.
   *
   * @param options `to`: the state to go on to; without it, the next one
   * @returns the job, when it is in that state and has done all its work there
   */
  advance(applicationId: string, jobId: string, options?: { to?: JobStatus }): Promise<JobResponse>
}

/**
 * @param call makes a control call in this process: takes the method, the path under `/_pinpoint/`
 *   and the body, and returns the body of the answer
 * @param kindOf finds the kind of the job with this id in an application
 */
export function createControlMethods(
  call: (method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown) => Promise<unknown>,
  kindOf: (applicationId: string, jobId: string) => JobKind | undefined,
): ControlMethods {
  const readMessages = async (query: Record<string, string | number | boolean | undefined>) => {
    const given = Object.entries(query).filter(([, value]) => value !== undefined)
    const parameters = new URLSearchParams(
      given.map(([name, value]): [string, string] => [name, String(value)]),
    )
    return (await call('GET', `messages?${parameters}`)) as MessagePage
  }

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
    async messages(filters = {}) {
      const messages: OutboxMessage[] = []
      let page: MessagePage = { items: [] }
      do {
        const token = page.nextToken === undefined ? {} : { token: page.nextToken }
        page = await readMessages({ ...filters, ...token, 'page-size': 1000 })
        messages.push(...page.items)
      } while (page.nextToken !== undefined)
      return messages
    },
    async waitForMessage(filters, options) {
      const timeoutMs = readTimeout(options)
      const deadline = performance.now() + timeoutMs
      for (let left = timeoutMs; left >= 0; left = deadline - performance.now()) {
        // One call waits a minute at most.
        const wait = Math.min(left / 1000, 60).toFixed(3)
        const { items } = await readMessages({ ...filters, wait, 'page-size': 1 })
        if (items[0] !== undefined) return items[0]
      }
      const latest = (await readMessages({ 'page-size': 3 })).items
      const has = latest.length === 0 ? 'no messages' : latest.map(describeMessage).join(', ')
      throw new Error(
        `no message matches ${JSON.stringify(filters)} after ${timeoutMs} ms; the latest in the outbox: ${has}`,
      )
    },
    async otp(filters = {}) {
      const given = Object.entries(filters).filter(([, value]) => value !== undefined)
      const query = new URLSearchParams([...given, ['page-size', '1']])
      const [newest] = ((await call('GET', `otp?${query}`)) as { items: OtpDetails[] }).items
      if (newest !== undefined) return newest
      throw new Error(`no one-time password was sent that fits ${JSON.stringify(filters)}`)
    },
    async advance(applicationId, jobId, options = {}) {
      // If there is no such job, the call of any kind says so.
      const kind = kindOf(applicationId, jobId) ?? 'import'
      const path = `apps/${encodeURIComponent(applicationId)}/${kind}-jobs/${encodeURIComponent(jobId)}/advance`
      return (await call('POST', path, options)) as JobResponse
    },
  }
}

/** A page of messages, as the control call answers it. */
interface MessagePage {
  items: OutboxMessage[]
  nextToken?: string
}

const describeMessage = ({ id, channel = 'message', address, user, status, statusMessage }: OutboxMessage) =>
  `${id} (${channel} to ${address ?? user ?? 'nobody'}, ${status}${status === 'SUCCESSFUL' ? '' : `: ${statusMessage}`})`
