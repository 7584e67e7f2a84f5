import t from 'tap'
import { makeBuckets, makeFolder, putAll } from '../support/buckets.ts'
import { controlOf, holdAt } from '../support/control.ts'
import { expectSound } from '../support/database.ts'
import {
  buildTestApp,
  createApp,
  createImportJob,
  isError,
  runExport,
  runImport,
  startEmulator,
  waitForJob,
} from '../support/helpers.ts'
import { matchEach } from '../support/items.ts'
import { appOf } from '../support/stored-app.ts'

const none = {
  endpoints: { total: 0, byChannel: {} },
  users: 0,
  segments: 0,
  importJobs: 0,
  exportJobs: 0,
  campaigns: 0,
  journeys: 0,
  messages: 0,
}

t.test('applications are listed with what they hold, newest first, page by page', async t => {
  const { call, createApp } = buildTestApp(t)
  t.strictSame((await call('GET', '/_pinpoint/apps')).body, { items: [] })
  const first = await createApp({ Name: 'first', tags: { team: 'red' } })
  const second = await createApp({ Name: 'second' })
  const overview = {
    id: first.Id,
    name: 'first',
    tags: { team: 'red' },
    createdAt: first.CreationDate,
    ...none,
  }
  const page = (await call('GET', '/_pinpoint/apps?page-size=1')).body
  matchEach(t, page.items, [{ id: second.Id, tags: {} }])
  const next = (await call('GET', `/_pinpoint/apps?page-size=1&token=${page.nextToken}`)).body
  t.strictSame(next, { items: [overview] })
  t.strictSame((await call('GET', `/_pinpoint/apps/${first.Id}`)).body, overview)
  await call('DELETE', `/v1/apps/${second.Id}`)
  t.strictSame((await call('GET', '/_pinpoint/apps')).body, { items: [overview] })
  const unknown = await call('GET', `/_pinpoint/apps/${second.Id}`)
  isError(t, unknown, 404, 'NotFoundException', 'Application not found')
})

t.test('endpoints are counted by channel, and users once, as calls change them', async t => {
  const { call, createApp } = buildTestApp(t)
  const { Id } = await createApp()
  const other = await createApp()
  const put = (id: string, endpoint: object, app = Id) =>
    call('PUT', `/v1/apps/${app}/endpoints/${id}`, endpoint)
  const counts = async () => {
    const { endpoints, users } = (await call('GET', `/_pinpoint/apps/${Id}`)).body
    return { ...endpoints, users }
  }
  const email = { ChannelType: 'EMAIL', Address: 'ann@example.com' }
  await put('a', { ...email, User: { UserId: 'ann' } })
  await put('b', { ChannelType: 'SMS', Address: '+15555550100', User: { UserId: 'ann' } })
  await put('c', { Attributes: { plan: ['free'] } })
  await put('d', { ...email, User: { UserId: 'ann' } }, other.Id)
  t.strictSame(await counts(), { total: 3, byChannel: { EMAIL: 1, SMS: 1 }, users: 1 })

  await put('b', { ChannelType: 'EMAIL', Address: 'b@example.com', User: { UserId: 'bob' } })
  await put('b', { Attributes: { plan: ['pro'] } })
  t.strictSame(await counts(), { total: 3, byChannel: { EMAIL: 2 }, users: 2 })

  const batch = ['a', 'e', 'e'].map(Id => ({ Id, ChannelType: 'CUSTOM', Address: 'x' }))
  await call('PUT', `/v1/apps/${Id}/endpoints`, { Item: batch })
  t.strictSame(await counts(), { total: 4, byChannel: { EMAIL: 1, CUSTOM: 2 }, users: 2 })

  await call('DELETE', `/v1/apps/${Id}/endpoints/e`)
  await call('DELETE', `/v1/apps/${Id}/endpoints/none`)
  await call('DELETE', `/v1/apps/${Id}/users/bob`)
  t.strictSame(await counts(), { total: 2, byChannel: { CUSTOM: 1 }, users: 1 })
})

t.test('jobs and segments are counted; a job that fails leaves the counts as they were', async t => {
  const buckets = makeBuckets(t)
  await putAll(buckets, 'data', {
    'users.csv':
      'Id,ChannelType,Address,User.UserId\na,EMAIL,a@example.com,ann\nb,SMS,+15555550100,ann\nc,SMS,+15555550101,bob\n',
    'changes.csv':
      'Id,ChannelType,Address,User.UserId\na,SMS,+15555550102,\nd,EMAIL,d@example.com,eve\nb,EMAIL,b@example.com,eve\n',
  })
  const DATA_DIR = makeFolder(t)
  const { client, url } = await startEmulator(t, { ...buckets.env, DATA_DIR })
  const app = await createApp(client)
  const overview = async () => (await controlOf(url)('GET', `/_pinpoint/apps/${app}`)).body
  await runImport(client, app, { S3Url: 's3://data/users.csv', DefineSegment: true })
  await runExport(client, app)
  const before = await overview()
  t.match(before, {
    endpoints: { total: 3, byChannel: { EMAIL: 1, SMS: 2 } },
    users: 2,
    segments: 1,
    importJobs: 1,
    exportJobs: 1,
  })

  const failAt = { job: {}, failAt: 'COMPLETING', reason: 'as the test says' }
  t.equal((await controlOf(url)('POST', '/_pinpoint/faults', failAt)).status, 201)
  const job = await holdAt(
    url,
    'PROCESSING',
    () => createImportJob(client, app, { S3Url: 's3://data/changes.csv' }),
    async () => {
      t.match(await overview(), { endpoints: { total: 4, byChannel: { EMAIL: 2, SMS: 2 } }, users: 3 })
      expectSound(t, DATA_DIR)
    },
  )
  t.match(await waitForJob(client, job), { JobStatus: 'FAILED' })
  t.strictSame(await overview(), { ...before, importJobs: 2 })
  expectSound(t, DATA_DIR)

  const snapshot = await (await fetch(`${url}/_pinpoint/snapshot`)).arrayBuffer()
  await controlOf(url)('POST', '/_pinpoint/reset')
  t.strictSame((await controlOf(url)('GET', '/_pinpoint/apps')).body, { items: [] })
  await fetch(`${url}/_pinpoint/snapshot`, { method: 'PUT', body: snapshot })
  t.strictSame((await controlOf(url)('GET', '/_pinpoint/apps')).body.items, [{ ...before, importJobs: 2 }])
})

t.test('messages and campaigns are counted', async t => {
  const { call, createApp } = buildTestApp(t)
  const { Id } = await createApp()
  const { Id: other } = await createApp()
  await call('PUT', `/v1/apps/${Id}/channels/sms`, { Enabled: true })
  const message = {
    Addresses: { '+15555550100': { ChannelType: 'SMS' }, '+15555550101': { ChannelType: 'SMS' } },
    MessageConfiguration: { SMSMessage: { Body: 'hello', MessageType: 'TRANSACTIONAL' } },
  }
  t.equal((await call('POST', `/v1/apps/${Id}/messages`, message)).status, 200)
  const segment = (await call('POST', `/v1/apps/${Id}/segments`, { Name: 'all', Dimensions: {} })).body
  const campaign = {
    Name: 'later',
    SegmentId: segment.Id,
    MessageConfiguration: { SMSMessage: { Body: 'hello' } },
    Schedule: { StartTime: '2099-01-01T00:00:00Z', Frequency: 'ONCE' },
  }
  t.equal((await call('POST', `/v1/apps/${Id}/campaigns`, campaign)).status, 201)
  t.match((await call('GET', `/_pinpoint/apps/${Id}`)).body, { messages: 2, campaigns: 1, segments: 1 })
  t.match((await call('GET', `/_pinpoint/apps/${other}`)).body, { messages: 0, campaigns: 0, segments: 0 })
})

t.test('users of another application are not counted, though the keys of both are in one range', async t => {
  const { call, createApp, store } = buildTestApp(t)
  const { Id } = await createApp()
  // Every 2048th application has the same range of keys.
  await store.write(() => {
    for (let number = 1; number < 2048; number++) {
      store.apps.create(appOf(`app-${number}`))
    }
  })
  const other = await createApp()
  for (const [app, users] of [[Id, ['ann', 'bob']] as const, [other.Id, ['bob', 'eve', 'joe']] as const]) {
    for (const UserId of users) await call('PUT', `/v1/apps/${app}/endpoints/${UserId}`, { User: { UserId } })
  }
  t.match((await call('GET', `/_pinpoint/apps/${Id}`)).body, { users: 2 })
  t.match((await call('GET', `/_pinpoint/apps/${other.Id}`)).body, { users: 3 })
})
