import t, { type Test } from 'tap'
import { loadEndpoints } from '../../server/endpoints/load-endpoints.ts'
import { EndpointPlan } from '../../server/endpoints/plan-endpoints.ts'
import { createUndo } from '../../server/import/undo.ts'
import type { EndpointRequest } from '../../server/model/endpoint.ts'
import type { JobStatus } from '../../server/model/job-moves.ts'
import { endpointRef } from '../../server/store/endpoints/endpoint-key.ts'
import { changeOf } from '../../server/store/endpoints/endpoint-row.ts'
import { buildTestApp } from '../support/helpers.ts'

const ofAnn = (tier: string) => ({ User: { UserId: 'ann', UserAttributes: { tier: [tier] } } })

/**
 * An application in which the test itself writes what import jobs change, and undoes it row by row. They
 * create nothing.
 */
async function withImports(t: Test) {
  const { call, store, createApp } = buildTestApp(t)
  const { Id: app } = await createApp()
  const { importProgress } = store
  const url = (id: string) => `/v1/apps/${app}/endpoints/${id}`
  const now = '2027-01-01T00:00:00.000Z'

  const startImport = async () => {
    const { body } = await call('POST', `/v1/apps/${app}/jobs/import`, {
      Format: 'CSV',
      S3Url: 's3://bucket/key',
      RoleArn: 'arn:aws:iam::123456789012:role/any',
    })
    const job = () => importProgress.unfinished(0).find(({ id }) => id === body.Id)!
    const writer = store.importWriter(job().seq)
    const moveTo = (to: JobStatus) => importProgress.write(job(), () => importProgress.move(job(), to, now))
    for (const to of ['PREPARING_FOR_INITIALIZATION', 'INITIALIZING', 'PROCESSING'] as const) moveTo(to)
    let undo: (() => boolean) | undefined
    return {
      write(id: string, request: EndpointRequest) {
        const { app, requestId } = job()
        const endpoint = endpointRef(app.seq, id)
        importProgress.write(job(), () => {
          const lookups = { endpoints: [endpoint], userIds: [], addresses: [request.Address ?? []].flat() }
          const plan = new EndpointPlan(app, loadEndpoints(app, writer, lookups), writer)
          plan.put(changeOf(request), { endpoint, requestId, now: Date.parse(now) })
          writer.write(app, plan.writes, plan.newNames)
        })
      },
      fail: () => moveTo('FAILING'),
      /** Does a step of the undo; gives whether there may be more. */
      undoRow(): boolean {
        undo ??= createUndo(job(), store, 1)
        return importProgress.write(job(), undo)
      },
      undoAll() {
        while (this.undoRow());
        moveTo('FAILED')
      },
    }
  }
  return {
    startImport,
    put: async (id: string, request: EndpointRequest) =>
      t.equal((await call('PUT', url(id), { ChannelType: 'EMAIL', ...request })).status, 202),
    remove: async (id: string) => t.equal((await call('DELETE', url(id))).status, 202),
    areLike: async (expected: Record<string, object>) => {
      for (const [id, endpoint] of Object.entries(expected)) {
        t.match((await call('GET', url(id))).body, endpoint, id)
      }
    },
  }
}

t.test('what calls write between two steps of an undo stays', async t => {
  const { put, startImport, areLike } = await withImports(t)
  await put('a', { Address: 'a@x', ...ofAnn('silver') })
  await put('b', { Address: 'b@x', ...ofAnn('silver') })
  await put('c', { Address: 'shared@x' })
  await put('d', { Address: 'shared@x' })
  const job = await startImport()
  for (const id of ['a', 'c', 'b', 'd']) job.write(id, { Attributes: { by: ['job'] } })
  job.fail()
  // Rows are restored in their order.
  job.undoRow()
  await put('a', ofAnn('gold'))
  job.undoRow()
  job.undoRow()
  await put('c', { EndpointStatus: 'ACTIVE' })
  job.undoAll()
  await areLike({
    a: { Attributes: {}, ...ofAnn('gold') },
    b: { Attributes: {}, ...ofAnn('gold') },
    c: { Attributes: {}, EndpointStatus: 'ACTIVE' },
    d: { Attributes: {}, EndpointStatus: 'INACTIVE' },
  })
})

t.test('an endpoint that is deleted between two steps of an undo stays deleted', async t => {
  const { put, remove, startImport, areLike } = await withImports(t)
  await put('a', { Address: 'a@x', ...ofAnn('silver') })
  await put('b', { Address: 'b@x', ...ofAnn('silver') })
  const job = await startImport()
  for (const id of ['a', 'b']) job.write(id, { Attributes: { by: ['job'] } })
  job.fail()
  job.undoRow()
  job.undoRow()
  await areLike({ a: { Attributes: {} }, b: { Attributes: {} } })
  await remove('b')
  job.undoAll()
  await areLike({ a: ofAnn('silver'), b: { Message: 'Endpoint not found: b' } })
})

for (const order of ['first, second', 'second, first', 'both at once']) {
  t.test(`what a call writes between two imports that fail stays: ${order}`, async t => {
    const { put, startImport, areLike } = await withImports(t)
    await put('a', { Address: 'shared@x', ...ofAnn('silver') })
    await put('b', { Address: 'b@x', ...ofAnn('silver') })
    const first = await startImport()
    first.write('a', { Address: 'moved-1@x' })
    await put('b', { Address: 'shared@x', ...ofAnn('gold') })
    const second = await startImport()
    second.write('b', { Address: 'moved-2@x' })
    const jobs = order === 'second, first' ? [second, first] : [first, second]
    if (order === 'both at once') for (const job of jobs) job.fail()
    for (const job of jobs) {
      if (order !== 'both at once') job.fail()
      job.undoAll()
    }
    await areLike({
      a: { Address: 'shared@x', EndpointStatus: 'INACTIVE', ...ofAnn('gold') },
      b: { Address: 'shared@x', EndpointStatus: 'ACTIVE', ...ofAnn('gold') },
    })
  })
}
