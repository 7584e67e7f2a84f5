import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import type { ImportJobRequest, ImportJobResponse } from '../model/import-job.ts'
import type { Standstill } from '../model/waits-for.ts'
import type { Remote } from './remote.ts'
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

/** What a template would say, as POST /_pinpoint/render answers it. */
export interface Rendered {
  parts: { text?: string }
  missingVariables: string[]
  errors: { line: number; column: number; message: string }[]
}

/** A body that is read from its beginning each time that it is sent. */
interface Body {
  bytes: number
  read: () => Readable
}

/**
 * The calls that the commands make to an emulator. All of them throw UsageError when it refuses or
 * does not answer.
 *
 * With a token, operations of Pinpoint are called as control calls, which need no signature. With
 * keys alone, requests are signed from the first on that is refused without a signature: most
 * emulators want none, and what signs takes some time to load.
 */
export function createEmulatorClient({ url, controlToken, keys }: Remote, signal: AbortSignal) {
  let isSigned = false

  const headersOf = async (method: string, href: string, body: Body | undefined) => {
    if (controlToken !== undefined) return { authorization: `Bearer ${controlToken}` }
    if (!isSigned) return {}
    const { sign } = await import('./sign.ts')
    return sign(method, href, body?.read() ?? [], keys!)
  }

  const call = async <T>(method: 'GET' | 'POST' | 'PUT', path: string, body?: Body): Promise<T> => {
    const href = url + (controlToken !== undefined && path.startsWith('/v1/') ? '/_pinpoint' : '') + path
    const init = {
      method,
      signal,
      headers: {
        ...(await headersOf(method, href, body)),
        ...(body !== undefined && { 'content-length': String(body.bytes) }),
      },
      ...(body !== undefined && { body: Readable.toWeb(body.read()), duplex: 'half' }),
    }
    const response = await fetch(href, init as RequestInit).catch(error => {
      signal.throwIfAborted()
      throw new UsageError(`no emulator answers at ${url}: ${reasonOf(error)}`)
    })
    const text = await response.text()
    if (response.ok) return read<T>(text, url)
    if (response.status === 401 && keys !== undefined && controlToken === undefined && !isSigned) {
      isSigned = true
      return call(method, path, body)
    }
    const { Message = text.slice(0, 500) } = read<{ Message?: string }>(text, url)
    const exception = response.headers.get('x-amzn-errortype') ?? ''
    const hint = response.status === 401 ? credentialsHint : ''
    throw new UsageError(`${method} ${path} was refused: ${response.status} ${exception} ${Message}${hint}`)
  }
  const post = <T>(path: string, value: object) => call<T>('POST', path, jsonBody(value))

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
      const { Id } = await post<{ Id: string }>('/v1/apps', { Name: name })
      return Id
    },

    /** Finds an application by its id, which changes nothing. */
    findApp: (application: string) => call('GET', `/v1/apps/${encodeURIComponent(application)}`),

    createImportJob: (application: string, request: ImportJobRequest) =>
      post<ImportJobResponse>(`/v1/apps/${encodeURIComponent(application)}/jobs/import`, request),

    /**
     * Uploads a file.
     *
     * @param name the object's
     * @returns the URL by which imports read it
     */
    async upload(file: string, name: string): Promise<string> {
      const { size: bytes } = await stat(file)
      const path = `/_pinpoint/uploads/${encodeURIComponent(name)}`
      const { s3Url } = await call<{ s3Url: string }>('PUT', path, {
        bytes,
        read: () => createReadStream(file),
      })
      return s3Url
    },

    /** Renders a template that is not stored, for values that are not. */
    render: (request: { text: string; values: object; substitutions: object }) =>
      post<Rendered>('/_pinpoint/render', request),

    /** The job as it stands, and why it does not go on, if anything keeps it. */
    async look(job: ImportJobResponse): Promise<{ job: ImportJobResponse } & Standstill> {
      const [app, id] = jobPath(job)
      // Behind the last piece, and with one failure: the rest of the page is not needed.
      return call('GET', `/_pinpoint/${app}/import-jobs/${id}?page-size=1&from-piece=${10 ** 14}`)
    },

    /**
     * What the page of a job that is over tells: all failures, those of more than a record
     * first, and what was skipped.
     */
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

const credentialsHint =
  '; give the token by --control-token or CONTROL_TOKEN, or a key by AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY'

function jsonBody(value: object): Body {
  const bytes = Buffer.from(JSON.stringify(value))
  return { bytes: bytes.length, read: () => Readable.from([bytes]) }
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
