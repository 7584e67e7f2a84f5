import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { mergeEndpoint } from '../endpoints/merge-endpoint.ts'
import { writeEndpoints } from '../endpoints/write-endpoint.ts'
import { newRequestId } from '../http/request-id.ts'
import type { Caller } from '../model/arn.ts'
import { arnOf, newId } from '../model/arn.ts'
import type { ImportJobRequest } from '../model/import-job.ts'
import { checkTarget, define } from '../resources/import-jobs/definition.ts'
import { checkTags } from '../resources/tags/check-tags.ts'
import type { AppRef } from '../store/applications/applications.ts'
import { endpointRef } from '../store/endpoints/endpoint-key.ts'
import { changeOf, dateText, type EndpointRow, toEndpoint } from '../store/endpoints/endpoint-row.ts'
import type { Store } from '../store/open-store.ts'
import { locateProblem, problemOf, type ReadSeed } from './read-seed.ts'
import { SeedError } from './seed-error.ts'
import type { SeedApp, SeedEndpoint } from './shapes.ts'

/** An import of the seed, with the job that does it, or has done it. */
export interface SeedImport {
  /** Where the import stands in the seed. */
  location: string
  app: AppRef
  jobId: string
}

export interface SeedContext {
  /** The account and Region of its applications. */
  caller: Caller
  /** ISO 8601; dates all that is created. */
  now: string
}

/**
 * Creates and changes whatever is not as the seed says. To be called in a transaction.
 *
 * @returns the imports, whose jobs the worker runs, or has run
 * @throws SeedError that names everything that the API would refuse
 */
export function applySeed(
  { apps, phoneNumbers }: ReadSeed,
  store: Store,
  context: SeedContext,
): SeedImport[] {
  const mistakes: string[] = []
  const imports: SeedImport[] = []
  for (const [number, facts] of phoneNumbers) store.phoneNumbers.put(number, facts)
  for (const { location, app } of apps) {
    mistakes.push(...problemOf(location, () => putApp(app, store, context)))
    const found = store.apps.find(app.Id)
    if (found === undefined) continue
    const asked = askedImports(app, found, store)
    const earlierJobs = asked.flatMap(({ earlier }) => earlier?.seq ?? [])
    for (const [index, endpoint] of (app.endpoints ?? []).entries()) {
      const problem = putEndpoint(endpoint, found, earlierJobs, store, context)
      if (problem !== undefined) mistakes.push(locateProblem(`${location}.endpoints[${index}]`, problem))
    }
    // Their jobs run in the order in which they are created here.
    for (const [index, { request, entry, earlier }] of asked.entries()) {
      const importLocation = `${location}.imports[${index}]`
      const add = () => {
        const jobId = earlier?.id ?? createJob(request, entry, found, store, context)
        imports.push({ location: importLocation, app: found, jobId })
      }
      mistakes.push(...problemOf(importLocation, add))
    }
  }
  if (mistakes.length > 0) throw new SeedError(mistakes)
  return imports
}

function putApp({ Id, Name, tags = {} }: SeedApp, store: Store, { caller, now }: SeedContext): void {
  const current = store.apps.get(Id)
  if (current === undefined) {
    store.apps.create({ Arn: arnOf(caller, 'application', Id), CreationDate: now, Id, Name, tags })
    return
  }
  checkTags(tags, current.tags)
  if (current.Name !== Name) store.apps.rename(Id, Name)
  store.tags.put(current.Arn, tags)
}

/** An import that the seed asks for. */
interface AskedImport {
  request: ImportJobRequest
  /** Identifies it among those of its application. */
  entry: string
  /** The job by which it was done before, or is being done. */
  earlier: EarlierJob | undefined
}

interface EarlierJob {
  seq: number
  id: string
}

function askedImports({ imports = [] }: SeedApp, app: AppRef, store: Store): AskedImport[] {
  const counts = new Map<string, number>()
  return imports.map(request => {
    const text = JSON.stringify(Object.entries(request).sort())
    const count = (counts.get(text) ?? 0) + 1
    counts.set(text, count)
    const entry = createHash('sha256').update(`${count} ${text}`).digest('hex')
    return { request, entry, earlier: earlierJob(entry, app, store) }
  })
}

/**
 * An endpoint that an import of the seed wrote last is as the seed says: imports come after
 * endpoints, and do not run again.
 *
 * @param earlierJobs the row numbers of the jobs of the seed's imports, but for those that are to be created
 * @returns why the endpoint is refused, if it is
 */
function putEndpoint(
  endpoint: SeedEndpoint,
  app: AppRef,
  earlierJobs: number[],
  store: Store,
  { now }: SeedContext,
): string | undefined {
  const current = store.endpoints.find(app, endpointRef(app.seq, endpoint.Id))
  if (current !== undefined) {
    const isImported = current.import_job !== null && earlierJobs.includes(current.import_job)
    if (isImported || isAlready(app, current, endpoint)) return undefined
  }
  const write = { app, idMember: 'Id', requestId: newRequestId(), now: Date.parse(now) }
  const [refusal] = writeEndpoints(store.endpoints, [{ id: endpoint.Id, request: endpoint }], write)
  return refusal
}

/**
 * Whether an endpoint is as the seed says. It may differ in members that the seed does not name.
 */
function isAlready(app: AppRef, current: EndpointRow, endpoint: SeedEndpoint): boolean {
  const { endpoint_status, effective_date, request_id } = current
  const said = changeOf(endpoint)
  const change = {
    ...said,
    endpoint_status: said.endpoint_status ?? endpoint_status,
    effective_date: said.effective_date ?? dateText(effective_date),
    request_id: said.request_id ?? request_id,
  }
  const write = { app, endpoint: endpointRef(app.seq, endpoint.Id), requestId: '', now: 0 }
  const merged = mergeEndpoint(current, change, write)
  return isDeepStrictEqual(toEndpoint(app, merged), toEndpoint(app, current))
}

/**
 * The job by which an import was done before, or is being done, unless it FAILED or its
 * segment has been deleted since.
 */
function earlierJob(entry: string, app: AppRef, store: Store): EarlierJob | undefined {
  const found = store.importJobs.ofSeed(app, entry)
  if (found === undefined || found.job.JobStatus === 'FAILED') return undefined
  const { Id, JobStatus, Definition } = found.job
  const isGone =
    JobStatus === 'COMPLETED' &&
    Definition.SegmentId !== undefined &&
    store.segments.get(app, Definition.SegmentId) === undefined
  return isGone ? undefined : { seq: found.seq, id: Id }
}

function createJob(
  request: ImportJobRequest,
  seedEntry: string,
  app: AppRef,
  store: Store,
  { caller, now }: SeedContext,
): string {
  const id = newId()
  const job = define(request, id, caller)
  checkTarget(store, app, request)
  store.importJobs.create({ ...job, app, id, requestId: newRequestId(), now, seedEntry })
  return id
}
