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
    for (const [index, endpoint] of (app.endpoints ?? []).entries()) {
      const problem = putEndpoint(endpoint, found, store, context)
      if (problem !== undefined) mistakes.push(locateProblem(`${location}.endpoints[${index}]`, problem))
    }
    const entries = new Map<string, number>()
    for (const [index, request] of (app.imports ?? []).entries()) {
      const importLocation = `${location}.imports[${index}]`
      const text = JSON.stringify(Object.entries(request).sort())
      const count = (entries.get(text) ?? 0) + 1
      entries.set(text, count)
      const entry = createHash('sha256').update(`${count} ${text}`).digest('hex')
      const add = () => {
        const jobId = earlierJob(entry, found, store) ?? createJob(request, entry, found, store, context)
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

/** Returns why the endpoint is refused, if it is. */
function putEndpoint(
  endpoint: SeedEndpoint,
  app: AppRef,
  store: Store,
  { now }: SeedContext,
): string | undefined {
  const current = store.endpoints.find(app, endpointRef(app.seq, endpoint.Id))
  if (current !== undefined && isAlready(app, current, endpoint)) return undefined
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
 * The job by which an import was done before, unless it FAILED or its segment has been deleted
 * since.
 */
function earlierJob(entry: string, app: AppRef, store: Store): string | undefined {
  const job = store.importJobs.ofSeed(app, entry)
  if (job === undefined || job.JobStatus === 'FAILED') return undefined
  const { SegmentId } = job.Definition
  const isGone =
    job.JobStatus === 'COMPLETED' &&
    SegmentId !== undefined &&
    store.segments.get(app, SegmentId) === undefined
  return isGone ? undefined : job.Id
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
