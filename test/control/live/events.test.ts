import t, { type Test } from 'tap'
import { makeBuckets, putAll } from '../../support/buckets.ts'
import { withRunningCampaigns } from '../../support/campaigns.ts'
import { controlOf, holdAt, jobsOf, writeFewAtATime } from '../../support/control.ts'
import {
  createApp,
  createImportJob,
  runExport,
  runImport,
  startEmulator,
  until,
} from '../../support/helpers.ts'
import { matchEach } from '../../support/items.ts'
import { journeyOf } from '../../support/journeys.ts'
import { listenLive } from '../../support/live.ts'
import { putEndpoint } from '../../support/reads.ts'

const states = [
  ...['CREATED', 'PREPARING_FOR_INITIALIZATION', 'INITIALIZING', 'PROCESSING', 'COMPLETING', 'COMPLETED'],
]

/** An emulator with buckets, and an application. */
async function withApp(t: Test, env: Record<string, string> = {}) {
  const buckets = makeBuckets(t)
  const emulator = await startEmulator(t, { ...buckets.env, ...env })
  return {
    ...emulator,
    control: controlOf(emulator.url),
    app: await createApp(emulator.client),
    put: (objects: Record<string, string>) => putAll(buckets, 'data', objects),
  }
}

const csvOf = (rows: string[]) => `Id,ChannelType,Address\n${rows.join('\n')}\n`
const good = (id: string | number) => `${id},EMAIL,${id}@example.com`

t.test('an import is told of in each of its states, with pieces and failures', async t => {
  const { url, client, control, app, put } = await withApp(t, { PIECE_BYTES: '1000' })
  await put({
    'a.csv': csvOf([...Array.from({ length: 100 }, (_, index) => good(index)), 'x,NONE,1', 'y,EMAIL,']),
    'b.csv': csvOf([good('b')]),
  })
  await writeFewAtATime(url)
  const stream = await listenLive(t, url, '?kinds=job,pieces,failures')
  const job = await runImport(client, app, { S3Url: 's3://data/', DefineSegment: true })
  await stream.find('job', ({ status }) => status === 'COMPLETED')
  const events = stream.all('job')
  t.strictSame([...new Set(events.map(({ status }) => status))], states)
  for (const event of events) t.match(event, { app, id: job.Id, type: 'IMPORT', held: false })
  const { history } = (await control('GET', `/_pinpoint/apps/${app}/import-jobs/${job.Id}`)).body
  const told = new Map(events.map(({ status, at }) => [status, at]))
  t.strictSame(
    [...told].map(([status, at]) => ({ status, at })),
    history,
  )

  const last = events.at(-1)!
  const { Failures, ...shown } = (await control('GET', '/_pinpoint/jobs')).body.items[0].job
  t.strictSame(last.job, shown)
  const total = shown.TotalPieces
  t.ok(total > 3)
  t.strictSame(last.pieces, { total, done: total, failed: 0 })
  t.equal(last.bytes!.done, last.bytes!.total)
  t.strictSame([last.processed, last.failed], [103, 2])
  for (const [index, event] of events.entries()) {
    const before = events[index - 1]
    t.ok(event.processed >= (before?.processed ?? 0), 'counters only grow')
    t.ok((event.bytes?.done ?? 0) >= (before?.bytes?.done ?? 0), 'and so do bytes')
  }
  let next = 0
  for (const { from, states } of stream.all('pieces')) {
    t.equal(from, next)
    t.match(states, /^C+$/)
    next += states.length
  }
  t.equal(next, total, 'each piece is told of once')
  const failures = stream.all('failures')
  t.equal(failures.at(-1)!.total, 2)
  const { items } = (await control('GET', `/_pinpoint/apps/${app}/import-jobs/${job.Id}`)).body.failures
  t.strictSame(
    failures.flatMap(({ items }) => items),
    items,
  )
})

t.test('the feed tells the first of many new failures', async t => {
  const { url, client, app, put } = await withApp(t)
  await put({ 'a.csv': csvOf([good('a'), ...Array.from({ length: 500 }, (_, index) => `${index},NONE,1`)]) })
  const stream = await listenLive(t, url)
  await runImport(client, app, { S3Url: 's3://data/a.csv' })
  await stream.find('job', ({ status }) => status === 'COMPLETED')
  const failures = stream.all('failures')
  t.equal(failures[0]!.items[0]!.line, 3)
  for (const { items } of failures) t.ok(items.length <= 20)
  t.equal(failures.at(-1)!.total, 500)
})

t.test('a job that fails is told of, with why', async t => {
  const { url, client, app, put } = await withApp(t)
  await put({ 'a.csv': 'no header that is known\n1\n', 'b.csv': csvOf([good('b')]) })
  const stream = await listenLive(t, url)
  await runImport(client, app, { S3Url: 's3://data/' })
  const { data } = await stream.find('job', ({ status }) => status === 'FAILED')
  t.strictSame(
    stream
      .all('job')
      .map(({ status }) => status)
      .slice(-2),
    ['FAILING', 'FAILED'],
  )
  t.equal(data.pieces!.failed, 1)
  matchEach(t, stream.all('failures'), [{ total: 0, items: [{ object: 'a.csv' }] }])
  const pieces = stream.all('pieces').map(({ states }) => states)
  t.match(pieces.join(''), /^F/)
})

t.test('a job that is held says so, and what holds it', async t => {
  const { url, client, control, app, put } = await withApp(t)
  await put({ 'a.csv': csvOf([good('a')]) })
  const stream = await listenLive(t, url, '?kinds=job')
  const create = () => createImportJob(client, app, { S3Url: 's3://data/a.csv' })
  await holdAt(url, 'CREATED', create, async () => {
    const { data } = await stream.find('job', ({ status, held }) => status === 'CREATED' && held)
    t.notOk('pieces' in data || 'bytes' in data, 'nothing is known of its objects yet')
  })
  await holdAt(url, 'INITIALIZING', create, async () => {
    const { data } = await stream.find('job', ({ status, held }) => status === 'INITIALIZING' && held)
    t.strictSame(data.heldBy, { mode: 'manual' })
  })
  const { data } = await stream.find('job', ({ status }) => status === 'COMPLETED')
  t.strictSame([data.held, data.heldBy], [false, undefined])

  const { body } = await control('POST', '/_pinpoint/faults', { job: {}, hangAt: 'PROCESSING' })
  const { Id } = await create()
  const held = await stream.find('job', ({ id, held }) => id === Id && held)
  t.match(held.data, { status: 'PROCESSING', heldBy: { fault: body.id } })
  await control('DELETE', '/_pinpoint/faults')
  await stream.find('job', ({ id, status }) => id === Id && status === 'COMPLETED')

  const late = await listenLive(t, url, '?kinds=job')
  await holdAt(url, 'PROCESSING', create, async job => {
    await late.find('job', ({ status, held }) => status === 'PROCESSING' && held)
    const joined = await listenLive(t, url, '?kinds=job')
    await jobsOf(url).advance(job, 'COMPLETED')
    await joined.find('job', ({ status }) => status === 'COMPLETED')
    // That it goes on may be told before it is at COMPLETING.
    const told = joined.all('job').filter(({ status, held }) => status !== 'PROCESSING' || held)
    t.strictSame(
      told.map(({ status }) => status),
      ['COMPLETING', 'COMPLETED'],
      'who comes later is not told what was before',
    )
  })
})

t.test('an export is told of', async t => {
  const { url, client, app, put } = await withApp(t)
  await put({ other: '' })
  await putEndpoint(client, app, 'e', { ChannelType: 'EMAIL', Address: 'a@example.com' })
  const stream = await listenLive(t, url)
  const { Id } = await runExport(client, app)
  const { data } = await stream.find('job', ({ status }) => status === 'COMPLETED')
  t.match(data, { app, id: Id, type: 'EXPORT', pieces: { total: 1, done: 1, failed: 0 }, processed: 1 })
  t.notOk('bytes' in data)
  matchEach(t, stream.all('pieces'), [{ app, id: Id, type: 'EXPORT', from: 0, states: 'C' }])
})

t.test('messages and calls are told of as rows', async t => {
  const { server, control, app, ok } = await withRunningCampaigns(t)
  const stream = await listenLive(t, server.listeningOrigin, '?kinds=messages,requests')
  await ok('POST', `/v1/apps/${app}/messages`, {
    Addresses: { '+15551234567': { ChannelType: 'SMS' } },
    MessageConfiguration: { SMSMessage: { Body: 'Hello' } },
  })
  const { data } = await stream.find('messages')
  const [message] = (await ok('GET', '/_pinpoint/messages')).items
  t.strictSame(data, [
    {
      id: message.id,
      app,
      at: message.time,
      status: 'SUCCESSFUL',
      statusMessage: message.statusMessage,
      channel: 'SMS',
      to: '+15551234567',
      title: 'Hello',
      operation: 'SendMessages',
    },
  ])
  await control('GET', '/v1/apps/none')
  const called = () => stream.all('requests').flat()
  await until(() => (called().length === 2 ? true : undefined), 'two calls')
  const { items } = await ok('GET', '/_pinpoint/requests?page-size=2')
  t.strictSame(called(), items.toReversed())
  matchEach(t, called(), [
    { operation: 'SendMessages' },
    { operation: 'GetApp', exception: 'NotFoundException' },
  ])
  const at = stream.events.length
  await ok('DELETE', '/_pinpoint/messages')
  await ok('DELETE', '/_pinpoint/requests')
  await until(() => (stream.events.length === at + 2 ? true : undefined), 'that they are removed')
  t.strictSame(stream.all('resync'), [{ kinds: ['messages'] }, { kinds: ['requests'] }])
  t.strictSame([...new Set(stream.events.map(({ kind }) => kind))].sort(), [
    'hello',
    'messages',
    'requests',
    'resync',
  ])
})

t.test('the feed tells the newest of many new messages, and how many there are besides', async t => {
  const { server, app, ok, endpoints, create, advance } = await withRunningCampaigns(t)
  await endpoints(...Array.from({ length: 1000 }, (_, index) => ({ Id: `e${index}` })))
  const stream = await listenLive(t, server.listeningOrigin, `?kinds=messages&app=${app}`)
  await create()
  await advance()
  const { last } = await ok('GET', '/_pinpoint/messages?page-size=1')
  t.equal(last, 1000)
  await until(
    () =>
      stream
        .all('messages')
        .flat()
        .some(({ id }) => id === last)
        ? true
        : undefined,
    'the last',
  )
  await ok('DELETE', '/_pinpoint/messages')
  await stream.find('resync', ({ leftOut }) => leftOut === undefined)
  const leftOut = stream.all('resync').reduce((sum, { leftOut = 0 }) => sum + leftOut, 0)
  t.equal(stream.all('messages').flat().length + leftOut, 1000)
  for (const rows of stream.all('messages')) {
    t.ok(rows.length <= 200)
    t.strictSame(
      rows.map(({ id }) => id),
      rows.map(({ id }) => id).toSorted((a, b) => b - a),
      'newest first',
    )
  }
})

t.test('a listener to one application gets nothing of others', async t => {
  const { url, client, put, control, app } = await withApp(t)
  await put({ 'a.csv': csvOf([good('a')]) })
  const other = await createApp(client)
  const stream = await listenLive(t, url, `?app=${app}`)
  const all = await listenLive(t, url)
  const send = (to: string) =>
    control('POST', `/v1/apps/${to}/messages`, {
      Addresses: { '+15551234567': { ChannelType: 'SMS' } },
      MessageConfiguration: { SMSMessage: { Body: 'Hello' } },
    })
  for (const to of [other, app]) {
    await Promise.all([send(to), runImport(client, to, { S3Url: 's3://data/a.csv' })])
  }
  await control('GET', '/v1/apps')
  await control('DELETE', `/v1/apps/${other}`)
  await control('PUT', '/_pinpoint/job-control', { mode: 'manual' })
  await stream.find('faults')
  await all.find('resync')
  await stream.find('counts', ({ messages, importJobs }) => messages === 1 && importJobs === 1)
  await until(() => (all.all('requests').flat().length >= 9 ? true : undefined), 'all calls')
  const text = JSON.stringify(stream.events)
  t.notOk(text.includes(other))
  t.ok(JSON.stringify(all.events).includes(other))
  t.ok(stream.all('requests').flat().length > 2)
  t.notOk(
    stream
      .all('requests')
      .flat()
      .some(({ operation }) => operation === 'GetApps'),
  )
  t.equal(stream.all('messages').flat().length, 1)
  t.strictSame(new Set(stream.all('job').map(event => event.app)), new Set([app]))
  t.strictSame(stream.all('resync'), [])
})

t.test('applications are told of with how much they hold', async t => {
  const { url, client, control } = await withApp(t)
  const stream = await listenLive(t, url, '?kinds=counts')
  const app = await createApp(client, 'shop')
  await putEndpoint(client, app, 'e', { ChannelType: 'EMAIL', Address: 'a@example.com' })
  const { data } = await stream.find('counts', ({ id, endpoints }) => id === app && endpoints.total === 1)
  const { users, ...overview } = (await control('GET', `/_pinpoint/apps/${app}`)).body
  t.strictSame(data, overview)
  await control('DELETE', `/_pinpoint/v1/apps/${app}`)
  t.strictSame((await stream.find('resync')).data, {})
})

t.test('campaigns and their runs are told of', async t => {
  const { server, app, url, ok, endpoints, create, advance } = await withRunningCampaigns(t)
  await endpoints({ Id: 'a' }, { Id: 'b' })
  const stream = await listenLive(t, server.listeningOrigin, '?kinds=campaign')
  const id = await create()
  await advance()
  const { data } = await stream.find('campaign', ({ state }) => state === 'COMPLETED')
  const { LastModifiedDate } = await ok('GET', `${url}/${id}`)
  const activities = (await ok('GET', `${url}/${id}/activities`)).Item
  t.equal(stream.all('campaign')[0]!.isNew, true)
  const { isNew, ...campaign } = data
  t.strictSame(campaign, {
    app,
    id,
    name: 'spring',
    version: 1,
    modifiedAt: LastModifiedDate,
    isPaused: false,
    state: 'COMPLETED',
    activities,
  })
  t.equal(activities[0].SuccessfulEndpointCount, 2)
  await ok('DELETE', `${url}/${id}`)
  t.strictSame((await stream.find('resync')).data, { kinds: ['campaign'], id })
})

t.test('journeys and their participants are told of', async t => {
  const { server, app, segment, ok, endpoints, advance } = await withRunningCampaigns(t)
  await endpoints({ Id: 'a' }, { Id: 'b' })
  await ok('POST', '/v1/templates/hello/sms', { Body: 'Hello' })
  const stream = await listenLive(t, server.listeningOrigin, '?kinds=journey')
  const { Id } = await ok('POST', `/v1/apps/${app}/journeys`, journeyOf(segment))
  await advance()
  // The participants enter before the journey is closed to others.
  const waiting = await stream.find('journey', ({ inside, state }) => inside === 2 && state === 'CLOSED')
  t.match(waiting.data, { app, id: Id, name: 'welcome', state: 'CLOSED' })
  await advance({ by: 'P1D' })
  const { data } = await stream.find(
    'journey',
    ({ inside, metrics }) => inside === 0 && 'ENDPOINT_ENTERED' in metrics,
  )
  const metricsOf = async (path = '') =>
    (await ok('GET', `/v1/apps/${app}/journeys/${Id}${path}/execution-metrics`)).Metrics
  t.equal(stream.all('journey')[0]!.isNew, true)
  t.equal(data.isNew, false)
  t.strictSame(data.metrics, await metricsOf())
  for (const key of ['wait', 'hello']) {
    t.strictSame(data.activities[key], await metricsOf(`/activities/${key}`), key)
  }
  await ok('DELETE', `/v1/apps/${app}/journeys/${Id}`)
  t.strictSame((await stream.find('resync')).data, { kinds: ['journey'], id: Id })
})

t.test('templates, channels and settings are told of when they are written or deleted', async t => {
  const { url, client, control, app } = await withApp(t)
  const other = await createApp(client)
  const stream = await listenLive(t, url, `?kinds=template,settings&app=${app}`)
  // With a clock that stands still, no date tells one version from another.
  await control('PUT', '/_pinpoint/clock', { mode: 'frozen' })
  const ok = async (method: 'POST' | 'PUT' | 'DELETE', path: string, body?: object) =>
    t.ok((await control(method, path, body)).status < 300, `${method} ${path}`)
  // By tests, and by the console.
  for (const v1 of ['/v1', '/_pinpoint/v1']) {
    await ok('POST', `${v1}/templates/hi/sms`, { Body: 'Hi' })
    await ok('PUT', `${v1}/templates/hi/sms`, { Body: 'Hello' })
    await ok('PUT', `${v1}/templates/hi/sms?create-new-version=true`, { Body: 'Good day' })
    await ok('PUT', `${v1}/templates/hi/SMS/active-version`, { Version: '2' })
    await ok('DELETE', `${v1}/templates/hi/sms?version=1`)
    const { Arn } = (await control('GET', `${v1}/templates/hi/sms`)).body
    await ok('POST', `${v1}/tags/${Arn}`, { tags: { team: 'red' } })
    await ok('DELETE', `${v1}/tags/${Arn}?tagKeys=team`)
    await ok('DELETE', `${v1}/templates/hi/sms`)
    t.equal((await control('DELETE', `${v1}/templates/hi/sms`)).status, 404, 'which is not told')
    for (const id of [app, other]) {
      await ok('PUT', `${v1}/apps/${id}/channels/sms`, { Enabled: false })
      await ok('DELETE', `${v1}/apps/${id}/channels/sms`)
      await ok('PUT', `${v1}/apps/${id}/settings`, { Limits: { Daily: 5 } })
    }
  }
  await ok('POST', '/v1/templates/last/inapp', {})
  await stream.find('template', ({ name }) => name === 'last')
  const ofTemplate = Array<string>(8).fill('template SMS hi')
  const ofApp = Array<string>(3).fill(`settings ${app}`)
  t.strictSame(
    stream.events.slice(1).map(({ kind, data }) => [kind, ...Object.values(data)].join(' ')),
    [...ofTemplate, ...ofApp, ...ofTemplate, ...ofApp, 'template INAPP last'],
  )
})

t.test('tags of an application are told of with its counts', async t => {
  const { url, control, app } = await withApp(t)
  const stream = await listenLive(t, url, '?kinds=counts')
  const { Arn } = (await control('GET', `/v1/apps/${app}`)).body
  await control('POST', `/v1/tags/${Arn}`, { tags: { team: 'red' } })
  await stream.find('counts', ({ id, tags }) => id === app && tags.team === 'red')
  await control('DELETE', `/v1/tags/${Arn}?tagKeys=team`)
  await stream.find('counts', ({ id, tags }) => id === app && Object.keys(tags).length === 0)
})

t.test('the clock, fault rules and the job control are told of when they change', async t => {
  const { url } = await startEmulator(t)
  const control = controlOf(url)
  const stream = await listenLive(t, url, '?kinds=clock,faults')
  const now = '2027-03-01T09:00:00.000Z'
  await control('PUT', '/_pinpoint/clock', { mode: 'frozen', now })
  t.strictSame((await stream.find('clock', ({ mode }) => mode === 'frozen')).data, {
    mode: 'frozen',
    now,
    pending: 0,
  })
  await control('POST', '/_pinpoint/clock/advance', { by: 'PT1H' })
  await stream.find('clock', clock => clock.now === '2027-03-01T10:00:00.000Z')
  await control('PUT', '/_pinpoint/clock', { mode: 'real' })
  await stream.find('clock', ({ mode }) => mode === 'real')

  const { body: rule } = await control('POST', '/_pinpoint/faults', {
    operation: 'GetApps',
    error: 'TooManyRequestsException',
    times: 2,
  })
  t.strictSame((await stream.find('faults')).data, { items: [rule], jobControl: { mode: 'immediate' } })
  await control('GET', '/v1/apps')
  await stream.find('faults', ({ items }) => items[0]?.timesLeft === 1)
  await control('PUT', '/_pinpoint/job-control', { mode: 'manual' })
  await stream.find('faults', ({ jobControl }) => jobControl.mode === 'manual')
  await control('DELETE', '/_pinpoint/faults')
  await stream.find('faults', ({ items }) => items.length === 0)
})

t.test('a stream goes on over a reset and a restore', async t => {
  const { url, client, control, put } = await withApp(t)
  await put({ 'a.csv': csvOf([good('a')]) })
  const snapshot = await (await fetch(`${url}/_pinpoint/snapshot`)).arrayBuffer()
  const stream = await listenLive(t, url, '?kinds=job')
  const { id: before } = stream.events[0]!
  await control('POST', '/_pinpoint/reset')
  const { id: reset } = await stream.find('state', ({ by }) => by === 'reset')
  t.equal(reset, before + 1)
  const { Id } = await runImport(client, await createApp(client), { S3Url: 's3://data/a.csv' })
  await stream.find('job', ({ id, status }) => id === Id && status === 'COMPLETED')
  t.strictSame(
    stream
      .all('job')
      .map(({ status }) => status)
      .filter((status, index, all) => all[index - 1] !== status),
    states,
  )
  await fetch(`${url}/_pinpoint/snapshot`, { method: 'PUT', body: snapshot })
  await stream.find('state', ({ by }) => by === 'restore')
  const { Id: next } = await runImport(client, await createApp(client), { S3Url: 's3://data/a.csv' })
  await stream.find('job', ({ id, status }) => id === next && status === 'COMPLETED')
  t.equal(stream.end, undefined)
  const again = await listenLive(t, url, `?kinds=job&last-event-id=${before}`)
  await again.find('job', ({ id, status }) => id === next && status === 'COMPLETED')
  t.strictSame(again.events.slice(1), stream.events.slice(1), 'all of it is kept')
})
