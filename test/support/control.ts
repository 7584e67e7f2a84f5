import type { JobStatus, PinpointClient } from '@aws-sdk/client-pinpoint'
import { type Answer, type AnyJob, readJob, waitForJob } from './helpers.ts'

/** Makes control calls to an emulator over HTTP. A string is sent as it is, anything else as JSON. */
export const controlOf =
  (url: string) =>
  async (method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<Answer> => {
    const response = await fetch(`${url}${path}`, {
      method,
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: text === '' ? undefined : JSON.parse(text),
    }
  }

/** Makes control calls, of which each must be answered 2xx, and gives the bodies alone. */
export const okOf =
  (control: ReturnType<typeof controlOf>) =>
  async (...call: Parameters<typeof control>): Promise<Answer['body']> => {
    const { status, body } = await control(...call)
    if (status >= 300) throw new Error(`${call[0]} ${call[1]}: ${status} ${body?.Message}`)
    return body
  }

/**
 * Has the records of imports written a hundred at a time, so that a test finds a job in the middle: where a
 * rule might fail any of them, no transaction stays open for more.
 */
export async function writeFewAtATime(url: string): Promise<void> {
  await okOf(controlOf(url))('POST', '/_pinpoint/faults', {
    job: {},
    failRecords: { every: 1_000_000_000 },
  })
}

/** How jobs advance, as the call takes it. */
type JobControl = { mode: 'manual' | 'immediate' } | { mode: 'timed'; delayMs: number }

/**
 * Says how the jobs of an emulator advance, and advances them. Throws what is answered where that is refused.
 */
export function jobsOf(url: string) {
  const call = okOf(controlOf(url))
  return {
    control: (jobControl: JobControl): Promise<void> => call('PUT', '/_pinpoint/job-control', jobControl),
    /** Lets a held job go on to a state; resolves when all is done there. */
    advance: ({ ApplicationId, Id, Type }: AnyJob, to: JobStatus): Promise<void> => {
      const jobs = Type === 'EXPORT' ? 'export-jobs' : 'import-jobs'
      return call('POST', `/_pinpoint/apps/${ApplicationId}/${jobs}/${Id}/advance`, { to })
    },
  }
}

/**
 * Creates a job, holds it when all is done in a state, does something, and lets it go on by itself; gives it
 * as it was created.
 */
export async function holdAt<Job extends AnyJob>(
  url: string,
  state: JobStatus,
  create: () => Promise<Job>,
  meanwhile: (job: Job) => unknown,
): Promise<Job> {
  const { control, advance } = jobsOf(url)
  await control({ mode: 'manual' })
  try {
    const job = await create()
    if (job.JobStatus !== state) await advance(job, state)
    await meanwhile(job)
    return job
  } finally {
    await control({ mode: 'immediate' })
  }
}

/**
 * Creates a job and gives it as it is read in each state through which it goes: in PROCESSING before it does
 * anything there, in the others when all is done there.
 */
export async function seenInEachState<Job extends AnyJob>(
  { url, client }: { url: string; client: PinpointClient },
  create: () => Promise<Job>,
): Promise<Job[]> {
  const { control, advance } = jobsOf(url)
  await control({ mode: 'manual' })
  try {
    const job = await create()
    const seen = [job]
    const advanceTo = async (state: JobStatus) => {
      await advance(job, state)
      seen.push(await readJob(client, job))
    }
    await advanceTo('PREPARING_FOR_INITIALIZATION')
    await advanceTo('INITIALIZING')
    // A job rests before it does anything, and is held after that.
    await control({ mode: 'timed', delayMs: 86_400_000 })
    seen.push(await waitForJob(client, job, ({ JobStatus }) => JobStatus === 'PROCESSING'))
    await control({ mode: 'manual' })
    await advanceTo('COMPLETING')
    await advanceTo('COMPLETED')
    return seen
  } finally {
    await control({ mode: 'immediate' })
  }
}
