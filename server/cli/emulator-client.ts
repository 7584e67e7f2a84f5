import type { HeldBy } from '../model/held-by.ts'
import type { ImportJobRequest, ImportJobResponse } from '../model/import-job.ts'
import { UsageError } from './usage-error.ts'

/** Why something was not imported. */
export interface Failure {
  /** The object's key, or the S3 URL where the whole job failed. */
  object: string
  /** From 1: that of the record, or the one that shows why an object failed. */
  line?: number
  /** Which of the object's records it is, from 1; absent where more than a record failed. */
  number?: number
  /** The record's `Id`, where it has one. */
  id?: string
  /** As it was read, or its beginning. */
  record?: string
  reason: string
}

/** Objects that were not read: how many, and the first of them, with the reasons. */
export interface SkippedObjects {
  total: number
  items: { object: string; reason: string }[]
}

/** What became of the objects and records of a job. */
export interface Outcome {
  failures: Failure[]
  skipped: SkippedObjects
}

/**
 * The calls that an import takes, of any emulator. All of them throw UsageError when it refuses or
 * does not answer.
 *
 * @param controlToken what its control calls need, if anything
 */
export function createEmulatorClient(url: string, signal: AbortSignal, controlToken?: string) {
  const call = async <T>(method: 'GET' | 'POST', path: string, body?: object): Promise<T> => {
    const isControl = path.startsWith('/_pinpoint/')
    const response = await fetch(url + path, {
      ...{ method, signal },
      ...(isControl &&
        controlToken !== undefined && { headers: { authorization: `Bearer ${controlToken}` } }),
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }).catch(error => {
      signal.throwIfAborted()
      throw new UsageError(`no emulator answers at ${url}: ${reasonOf(error)}`)
    })
    const text = await response.text()
    if (response.ok) return read<T>(text, url)
    const { Message = text.slice(0, 500) } = read<{ Message?: string }>(text, url)
    const exception = response.headers.get('x-amzn-errortype') ?? ''
    const hint = response.status === 401 ? '; give the token by --control-token or CONTROL_TOKEN' : ''
    throw new UsageError(`${method} ${path} was refused: ${response.status} ${exception} ${Message}${hint}`)
  }

  const jobPath = ({ ApplicationId, Id }: ImportJobResponse) => [
    `apps/${encodeURIComponent(ApplicationId)}`,
    encodeURIComponent(Id),
  ]

  return {
    /**
     * Makes a control call that changes nothing. An import ends with a control call, and must not
     * find out only then that it lacks the token.
     */
    tryControl: () => call('GET', '/_pinpoint/job-control'),

    /** Creates an application, and gives its id. */
    async createApp(name: string): Promise<string> {
      const { Id } = await call<{ Id: string }>('POST', '/v1/apps', { Name: name })
      return Id
    },

    createImportJob: (application: string, request: ImportJobRequest) =>
      call<ImportJobResponse>('POST', `/v1/apps/${encodeURIComponent(application)}/jobs/import`, request),

    /** The job as it stands, and what holds it, if anything does. */
    async look(job: ImportJobResponse): Promise<{ job: ImportJobResponse; heldBy?: HeldBy }> {
      const [app, id] = jobPath(job)
      // Behind the last piece, and with one failure: the rest of the page is not needed.
      return call('GET', `/_pinpoint/${app}/import-jobs/${id}?page-size=1&from-piece=${10 ** 14}`)
    },

    /** What the page of a job that is over tells: all failures, those of more than a record first, and what was skipped. */
    async outcomeOf(job: ImportJobResponse): Promise<Outcome> {
      const [app, id] = jobPath(job)
      const failures: Failure[] = []
      let skipped: SkippedObjects = { total: 0, items: [] }
      for (let token: string | undefined = ''; token !== undefined; ) {
        const query: string = `page-size=1000${token && `&token=${encodeURIComponent(token)}`}`
        const page = await call<JobPage>('GET', `/_pinpoint/${app}/import-jobs/${id}?${query}`)
        failures.push(...page.failures.items)
        token = page.failures.nextToken
        // An emulator of an older version does not tell.
        skipped = { total: page.skippedTotal ?? 0, items: page.skipped ?? [] }
      }
      return { failures, skipped }
    },
  }
}

/** What is used of a job's own page. */
interface JobPage {
  failures: { items: Failure[]; nextToken?: string }
  skipped?: SkippedObjects['items']
  skippedTotal?: number
}

function read<T>(text: string, url: string): T {
  try {
    return JSON.parse(text)
  } catch {
    throw new UsageError(`what answers at ${url} is no emulator of Pinpoint: it says ${text.slice(0, 200)}`)
  }
}

/** `fetch failed` says nothing; its cause does. */
function reasonOf(error: Error): string {
  const { cause } = error
  if (!(cause instanceof Error)) return error.message
  return cause.message || (cause as NodeJS.ErrnoException).code || error.message
}
