import { readFileSync } from 'node:fs'
import {
  BadRequestException,
  GetImportJobsCommand,
  type ImportJobRequest,
  NotFoundException,
} from '@aws-sdk/client-pinpoint'
import t, { type Test } from 'tap'
import { type ImportCase, objectsOf, readImportCases } from '../../fixtures/import-cases.ts'
import { importRules, rulesFile } from '../../fixtures/make-import-rules.ts'
import { type Buckets, putAll } from '../support/buckets.ts'
import { createApp, createImportJob, startEmulator, waitForJob } from '../support/helpers.ts'
import { isLong } from '../support/long.ts'
import { getEndpoint, getSegment, putEndpoint } from '../support/reads.ts'
import { kindsOfBuckets } from '../support/s3.ts'

const cases = readImportCases()

/** In place of the defaults of createImportJob: each member is as it stands in the file, or missing. */
const noDefaults = { Format: undefined, RoleArn: undefined, S3Url: undefined }

/** Members of which only those that are expected are compared. */
const partly = new Set(['Definition', 'ImportDefinition'])

/** The members of a value that are expected; null for one that is not there. */
function pick(value: Record<string, unknown> | undefined, expected: Record<string, unknown>): object {
  const picked = Object.entries(expected).map(([name, wanted]) => {
    const member = value?.[name] ?? null
    if (!partly.has(name) || member === null) return [name, member]
    return [name, pick(member as Record<string, unknown>, wanted as Record<string, unknown>)]
  })
  return Object.fromEntries(picked)
}

/** A text to compare by, the same for any order of members. */
function textOf(value: unknown): string {
  const sorted = (_name: string, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member
  return JSON.stringify(value, sorted, 2)
}

async function runCase(
  t: Test,
  { client, url }: Awaited<ReturnType<typeof startEmulator>>,
  { request, before = {}, answer, job = {}, failures = [], segment, members, endpoints = {} }: ImportCase,
) {
  const app = await createApp(client)
  for (const [id, endpoint] of Object.entries(before.endpoints ?? {})) {
    await putEndpoint(client, app, id, endpoint)
  }
  const run = async (request: ImportJobRequest) =>
    waitForJob(client, await createImportJob(client, app, request))
  const earlier: string[] = []
  for (const request of before.imports ?? []) {
    const done = await run(request)
    t.equal(done.JobStatus, 'COMPLETED')
    earlier.push(done.Definition?.SegmentId ?? '')
  }
  const SegmentId = request.SegmentId === '{segment}' ? earlier[0] : request.SegmentId
  const body: ImportJobRequest = { ...noDefaults, ...request, ...(SegmentId !== undefined && { SegmentId }) }
  if (answer !== undefined) {
    const error = await createImportJob(client, app, body).catch(error => error)
    t.ok(error instanceof (answer.status === 404 ? NotFoundException : BadRequestException))
    t.same({ status: error.$metadata?.httpStatusCode, Message: error.message }, answer)
    const { ImportJobsResponse } = await client.send(new GetImportJobsCommand({ ApplicationId: app }))
    t.equal(ImportJobsResponse?.Item?.length, earlier.length, 'no job is recorded')
    return
  }

  const done = await run(body)
  t.equal(textOf(pick({ ...done }, job)), textOf(job), 'the job')
  t.strictSame(done.Failures ?? [], failures, 'the failures')
  const made = await getSegment(client, app, done.Definition?.SegmentId ?? done.Id!)
  if (segment === null) t.equal(made, undefined, 'there is no segment')
  else if (segment !== undefined) t.equal(textOf(pick({ ...made }, segment)), textOf(segment), 'the segment')
  if (members !== undefined) {
    const response = await fetch(`${url}/_pinpoint/apps/${app}/segments/${made!.Id}/endpoints`)
    const { items } = (await response.json()) as { items: { Id: string }[] }
    t.strictSame(items.map(({ Id }) => Id).sort(), [...members].sort(), 'the endpoints of the segment')
  }
  for (const [id, wanted] of Object.entries(endpoints)) {
    const endpoint = await getEndpoint(client, app, id)
    if (wanted === null) t.equal(endpoint, undefined, `there is no endpoint ${id}`)
    else t.equal(textOf(pick({ ...endpoint }, wanted)), textOf(wanted), `the endpoint ${id}`)
  }
}

async function putCases(buckets: Buckets) {
  for (const { name } of cases) await putAll(buckets, 'imports', objectsOf(name))
}

/** The cases, by what the emulator is started with. */
const bySettings = Map.groupBy(cases, ({ settings = {} }) => JSON.stringify(settings))

for (const [kind, makeBuckets] of isLong ? kindsOfBuckets : kindsOfBuckets.slice(0, 1)) {
  t.test(`an import from ${kind} leads to what its case expects`, async t => {
    const buckets = await makeBuckets(t)
    await putCases(buckets)
    for (const [settings, cases] of bySettings) {
      t.test(settings, async t => {
        const emulator = await startEmulator(t, { ...buckets.env, ...JSON.parse(settings) })
        for (const each of cases) await t.test(each.name, t => runCase(t, emulator, each))
      })
    }
  })
}

t.test('the table of rules is made from the cases as they are', async t => {
  t.equal(readFileSync(rulesFile, 'utf8'), importRules(cases), 'else: node fixtures/make-import-rules.ts')
  t.ok(cases.length >= 100)
})
