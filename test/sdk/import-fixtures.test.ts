import { readdirSync, readFileSync } from 'node:fs'
import type { EndpointRequest, ImportJobResponse, SegmentImportResource } from '@aws-sdk/client-pinpoint'
import t from 'tap'
import { createApp, runImport, startEmulator } from '../helpers.ts'
import { getEndpoint, getSegment, kindsOfBuckets, putEndpoint } from './reads.ts'

/** What the import of a case's file must lead to. */
interface Expected {
  /** Endpoints that are there beforehand, by id. */
  before?: Record<string, EndpointRequest>
  /** The state and the counters of the job when it is over. */
  job: Partial<ImportJobResponse>
  /** How the job's failures begin; `{key}` stands for the object's key. */
  failures?: string[]
  /** The segment's Size and ChannelCounts; null when there must be none. */
  segment: Partial<SegmentImportResource> | null
  /** Members of endpoints that are there afterwards, by id; null for those that must not be. */
  endpoints: Record<string, object | null>
}

const root = new URL('../../fixtures/imports/', import.meta.url)
const cases = readdirSync(root).map(name => {
  const file = readdirSync(new URL(`${name}/`, root)).find(file => file.startsWith('input.'))!
  const expected: Expected = JSON.parse(readFileSync(new URL(`${name}/expected.json`, root), 'utf8'))
  const content = readFileSync(new URL(`${name}/${file}`, root))
  const Format = file.endsWith('.csv') ? ('CSV' as const) : ('JSON' as const)
  return { name, key: `${name}/${file}`, content, Format, ...expected }
})

for (const [kind, makeBuckets] of kindsOfBuckets) {
  t.test(`an import from ${kind} leads to what its case expects`, async t => {
    const buckets = await makeBuckets(t)
    for (const { key, content } of cases) await buckets.put('imports', key, content)
    const { client } = await startEmulator(t, buckets.env)

    for (const { name, key, Format, before = {}, job, failures = [], segment, endpoints } of cases) {
      t.test(name, async t => {
        const app = await createApp(client)
        for (const [id, endpoint] of Object.entries(before)) await putEndpoint(client, app, id, endpoint)

        const done = await runImport(client, app, {
          S3Url: `s3://imports/${key}`,
          Format,
          DefineSegment: true,
        })
        t.match(done, job)
        const wanted = failures.map(failure => failure.replace('{key}', key))
        const actual = done.Failures ?? []
        t.same(
          actual.map((failure, index) => failure.slice(0, wanted[index]?.length)),
          wanted,
          'the failures',
        )

        const made = await getSegment(client, app, done.Definition!.SegmentId!)
        if (segment === null) t.equal(made, undefined, 'there is no segment')
        else t.match(made?.ImportDefinition, segment)
        for (const [id, members] of Object.entries(endpoints)) {
          const endpoint = await getEndpoint(client, app, id)
          if (members === null) t.equal(endpoint, undefined, `there is no endpoint ${id}`)
          else t.match(endpoint, members)
        }
      })
    }
  })
}
