import assert from 'node:assert/strict'
import { type ChannelType, type EndpointResponse, UpdateEndpointCommand } from '@aws-sdk/client-pinpoint'
import fc from 'fast-check'
import t from 'tap'
import { badRows } from '../support/bad-rows.ts'
import {
  endpointsOf,
  importAgain,
  importInto,
  putBatch,
  sameEndpoints,
  startEmulators,
} from '../support/emulators.ts'
import { writeFile } from '../support/files.ts'
import { endpointsIn, goodRows, holds, idsOf, look, mix } from '../support/generators.ts'
import { createApp, runExport } from '../support/helpers.ts'
import { countersOf } from '../support/reads.ts'

const addressOf = ({ ChannelType, Address }: { ChannelType?: unknown; Address?: unknown }) =>
  `${ChannelType} ${Address}`

const createdAt = ({ CreationDate, CohortId }: EndpointResponse) => [CreationDate, CohortId]

t.test('endpoints are the same by each way of writing them', async t => {
  const { emulators, fill } = await startEmulators(t, {})
  const emulator = emulators[0]!

  for (const format of ['CSV', 'JSON'] as const) {
    t.test(`endpoints are the same when a file is imported twice as when once: ${format}`, async t => {
      const files = fc
        .tuple(goodRows({ format }), fc.array(fc.tuple(fc.nat(), badRows(format)), { maxLength: 3 }), look)
        .map(([good, bad, look]) => {
          const rows = mix(good, bad).flat()
          return writeFile(format, rows, look)
        })
      const property = fc.asyncProperty(files, async ({ content }) => {
        const S3Url = `s3://${await fill({ file: content })}/file`
        const once = await importInto(emulator, S3Url, format)
        const twice = await importAgain(emulator, once.app, S3Url, format)
        assert.deepEqual(countersOf(twice.job), countersOf(once.job))
        assert.deepEqual(twice.job.Failures, once.job.Failures)
        sameEndpoints(twice.members, once.members)
        assert.deepEqual(twice.members.map(createdAt), once.members.map(createdAt))
      })
      await holds(t, property, 10)
    })
  }

  t.test('endpoints are the same from CSV as from newline-delimited JSON', async t => {
    const files = fc.tuple(goodRows({ format: 'CSV' }), look, look).map(([rows, csv, json]) => ({
      csv: writeFile('CSV', rows, csv),
      json: writeFile('JSON', rows, json),
      addresses: endpointsIn(rows).map(addressOf),
    }))
    const property = fc.asyncProperty(files, async ({ csv, json, addresses }) => {
      const bucket = await fill({ csv: csv.content, json: json.content })
      const [one, other] = await Promise.all([
        importInto(emulator, `s3://${bucket}/csv`, 'CSV'),
        importInto(emulator, `s3://${bucket}/json`, 'JSON'),
      ])
      assert.equal(one.job.TotalFailures, 0, one.job.Failures?.join())
      assert.equal(other.job.TotalFailures, 0, other.job.Failures?.join())
      sameEndpoints(other.members, one.members)
      assert.deepEqual(one.members.map(addressOf).sort(), addresses.sort(), 'each endpoint is one of its own')
    })
    await holds(t, property, 15)
  })

  t.test('endpoints are the same whether they are imported, or updated one by one or together', async t => {
    const files = fc
      .tuple(goodRows({ format: 'CSV', empties: true, ids: 'always' }), look)
      .map(([rows, look]) => ({ ...writeFile('JSON', rows, look), rows }))
    const property = fc.asyncProperty(files, async ({ content, rows }) => {
      const [byImport, byBatch, byUpdate] = await Promise.all([
        fill({ file: content }).then(async bucket => {
          const { job, app } = await importInto(emulator, `s3://${bucket}/file`, 'JSON')
          assert.equal(job.TotalFailures, 0, job.Failures?.join())
          return app
        }),
        createApp(emulator.client),
        createApp(emulator.client),
      ])
      await putBatch(
        emulator,
        byBatch,
        rows.map(({ values }) => values!),
      )
      for (const { values } of rows) {
        const { Id, ChannelType, ...EndpointRequest } = values!
        await emulator.client.send(
          new UpdateEndpointCommand({
            ApplicationId: byUpdate,
            EndpointId: String(Id),
            EndpointRequest: { ...EndpointRequest, ChannelType: ChannelType as ChannelType },
          }),
        )
      }
      const ids = idsOf(rows)
      const [imported, batched, updated] = await Promise.all(
        [byImport, byBatch, byUpdate].map(app => endpointsOf(emulator, app, ids)),
      )
      assert.ok(!imported!.includes(undefined))
      sameEndpoints(batched!, imported!)
      sameEndpoints(updated!, imported!)
    })
    await holds(t, property, 10)
  })

  t.test('endpoints are the same when they were exported and are imported again', async t => {
    const rows = goodRows({ format: 'CSV', empties: true, ids: 'always' })
    const property = fc.asyncProperty(rows, async rows => {
      const app = await createApp(emulator.client)
      const items = rows.map(({ values }) => values!)
      await putBatch(emulator, app, items)
      const ids = idsOf(rows)
      const S3UrlPrefix = `s3://${await fill({ there: 'before' })}/out/`
      const exported = await runExport(emulator.client, app, { S3UrlPrefix })
      assert.equal(exported.JobStatus, 'COMPLETED', exported.Failures?.join())
      assert.equal(exported.TotalProcessed, new Set(ids.map(id => id.toLowerCase())).size)
      const { job, app: other } = await importInto(emulator, S3UrlPrefix, 'JSON')
      assert.equal(job.TotalFailures, 0, job.Failures?.join())
      const found = await endpointsOf(emulator, other, ids)
      // The application is another; they are created anew, and what was written last is ACTIVE.
      const exportable = (endpoint: (typeof found)[0]) => ({
        ...endpoint,
        ApplicationId: 0,
        CreationDate: 0,
        EndpointStatus: 0,
      })
      assert.deepEqual(found.map(exportable), (await endpointsOf(emulator, app, ids)).map(exportable))
    })
    await holds(t, property, 10)
  })
})
