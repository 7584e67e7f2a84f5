import { mock } from 'node:test'
import t from 'tap'
import { version } from '../../../server/version.ts'
import { controlOf } from '../../support/control.ts'
import { isError, startEmulator, until } from '../../support/helpers.ts'
import { listenLive } from '../../support/live.ts'
import { listen } from '../../support/raw-http.ts'

/** Publishes an event, as often as it is called. */
const publish = (url: string) => controlOf(url)('DELETE', '/_pinpoint/requests')

t.test('a stream begins with hello, and is not to be stored or buffered', async t => {
  const { url } = await startEmulator(t)
  const control = controlOf(url)
  await control('PUT', '/_pinpoint/clock', { mode: 'frozen', now: '2027-03-01T09:00:00.000Z' })
  await control('PUT', '/_pinpoint/job-control', { mode: 'manual' })
  const stream = await listenLive(t, url)
  const { headers } = stream.response
  t.match(headers, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  })
  const [hello] = stream.events
  t.strictSame(hello, {
    id: (hello!.data as { seq: number }).seq,
    kind: 'hello',
    data: {
      version,
      seq: hello!.id,
      clock: (await control('GET', '/_pinpoint/clock')).body,
      jobControl: (await control('GET', '/_pinpoint/job-control')).body,
    },
  })
  t.match(stream.otherLines, [/^retry: \d+$/], 'it says when to connect again')
  await publish(url)
  t.equal((await stream.find('resync')).id, hello!.id + 1, 'ids are a sequence')
})

t.test('an unknown kind is refused with those that are known', async t => {
  const { url } = await startEmulator(t)
  const get = (query: string) => controlOf(url)('GET', `/_pinpoint/live${query}`)
  const message =
    /^kinds must be some of hello, job, pieces, failures, messages, requests, counts, campaign, journey, template, settings, clock, faults, state, resync, .*; got "jobs"$/
  isError(t, await get('?kinds=job,jobs'), 400, 'BadRequestException', message)
  isError(t, await get('?kinds='), 400, 'BadRequestException', /^kinds must be some of .*; got ""$/)
  isError(t, await get('?apps=1'), 400, 'BadRequestException', /^apps is not a query parameter of this call/)
})

t.test('a listener that comes back gets what it has missed', async t => {
  const { url } = await startEmulator(t)
  const first = await listenLive(t, url)
  await publish(url)
  const { id: last } = await first.find('resync')
  first.leave()
  await publish(url)
  await publish(url)
  const wanted = [
    { id: last + 1, kind: 'resync', data: { kinds: ['requests'] } },
    { id: last + 2, kind: 'resync', data: { kinds: ['requests'] } },
  ]
  for (const [query, headers] of [
    ['', { 'Last-Event-ID': `${last}` }],
    [`?last-event-id=${last}`, {}],
    [`?last-event-id=${last - 1}`, { 'Last-Event-ID': `${last}` }],
  ] as const) {
    const again = await listenLive(t, url, query, headers)
    await until(() => (again.events.length === 3 ? true : undefined), 'three events')
    const [hello, ...missed] = again.events
    t.equal(hello!.id, last, 'hello does not claim that the others were received')
    t.strictSame(missed, wanted, query)
  }
  const current = await listenLive(t, url, `?last-event-id=${last + 2}`)
  await publish(url)
  await current.find('resync')
  t.strictSame(
    current.events.slice(1).map(({ id }) => id),
    [last + 3],
    'nothing was missed',
  )
})

t.test('a listener whose last event is not kept is told to fetch everything again', async t => {
  const { url } = await startEmulator(t)
  const stream = await listenLive(t, url)
  const { id } = stream.events[0]!
  for (const unknown of [`${id - 1}`, `${id + 1}`, 'abc', '-1', '1e3', '9'.repeat(30)]) {
    const { events, find } = await listenLive(t, url, `?last-event-id=${unknown}`)
    await find('resync')
    t.strictSame(events.slice(1), [{ id, kind: 'resync', data: {} }], unknown)
  }
  const ofKind = await listenLive(t, url, '?kinds=job')
  t.equal(ofKind.events.length, 1, 'whoever comes for the first time is not told')
  for (let count = 0; count < 1000; count++) await publish(url)
  await until(() => (stream.events.length === 1001 ? true : undefined), 'a thousand events')
  const all = await listenLive(t, url, `?last-event-id=${id}`)
  await until(() => (all.events.length === 1001 ? true : undefined), 'a thousand events again')
  t.strictSame(all.events.slice(1), stream.events.slice(1), 'a thousand are kept')
  await publish(url)
  const late = await listenLive(t, url, `?last-event-id=${id}`)
  await late.find('resync')
  t.strictSame(late.events.slice(1), [{ id: id + 1001, kind: 'resync', data: {} }], 'and not one more')
})

t.test('events of a kind that nobody wanted are not kept', async t => {
  const { url } = await startEmulator(t)
  const { events } = await listenLive(t, url, '?kinds=job')
  await publish(url)
  const other = await listenLive(t, url, `?kinds=faults&last-event-id=${events[0]!.id}`)
  t.strictSame((await other.find('resync')).data, {})
  const same = await listenLive(t, url, `?kinds=job&last-event-id=${events[0]!.id}`)
  t.strictSame((await same.find('resync')).data, { kinds: ['requests'] })
})

t.test('a reader that does not read is cut, and the others go on', async t => {
  const { url } = await startEmulator(t)
  const control = controlOf(url)
  const slow = await listenLive(t, url)
  slow.response.pause()
  const fast = await listenLive(t, url)
  // Every event about fault rules has all of them.
  const big = { job: { s3Url: 's3://none/' }, failAt: 'PROCESSING', reason: 'x'.repeat(3_000_000) }
  t.equal((await control('POST', '/_pinpoint/faults', big)).status, 201)
  for (let count = 1; count <= 10; count++) {
    await control('PUT', '/_pinpoint/job-control', { mode: 'timed', delayMs: count })
    await fast.find('faults', ({ jobControl }) => jobControl.delayMs === count)
  }
  slow.response.resume()
  t.equal(await until(() => slow.end, 'the end'), 'cut')
  t.ok(slow.all('faults').length < fast.all('faults').length, 'it has not got everything')
  await control('PUT', '/_pinpoint/job-control', { mode: 'immediate' })
  await fast.find('faults', ({ jobControl }) => jobControl.mode === 'immediate')
  const again = await listenLive(t, url, `?last-event-id=${slow.events.at(-1)!.id}`)
  t.strictSame((await again.find('resync')).data, {}, 'it comes back, and fetches everything')
})

t.test('streams end when the emulator stops', async t => {
  const { url, close } = await startEmulator(t)
  const streams = [await listenLive(t, url), await listenLive(t, url, '?kinds=job')]
  await close()
  for (const stream of streams) t.equal(await until(() => stream.end, 'the end'), 'complete')
})

t.test('a comment is sent when nothing happens, and nothing is done when nobody listens', async t => {
  const { app, url } = await listen(t)
  let looks = 0
  const { dataVersion } = app.store
  app.store.dataVersion = () => {
    looks++
    return dataVersion()
  }
  const { setInterval, clearInterval } = globalThis
  mock.timers.enable({ apis: ['setInterval', 'setTimeout'] })
  // Time goes fifty times as fast, at most.
  let seconds = 0
  const flow = setInterval(() => {
    mock.timers.tick(50)
    seconds += 0.05
  }, 1)
  t.teardown(() => {
    clearInterval(flow)
    mock.timers.reset()
  })
  const pass = async (duration: number) => {
    const end = seconds + duration
    await until(() => (seconds > end ? true : undefined), `${duration} seconds`)
  }
  await pass(60)
  t.equal(looks, 0, 'nobody has listened yet')
  const stream = await listenLive(t, url)
  const start = seconds
  await until(() => (stream.otherLines.length >= 3 ? true : undefined), 'two comments')
  t.ok(seconds - start >= 29, 'one each 15 seconds')
  t.strictSame(stream.otherLines.slice(1, 3), [':', ':'])
  t.ok(looks > 30, 'what has changed is looked for')
  stream.leave()
  await pass(30)
  const before = looks
  await pass(60)
  t.equal(looks, before, 'nobody listens any more')
  await publish(url)
  const again = await listenLive(t, url, `?last-event-id=${stream.events[0]!.id}`)
  t.strictSame((await again.find('resync')).data, {}, 'what has happened meanwhile is not kept')
})

t.test('the token is needed where one is set; a session counts as one', async t => {
  const ACCESS_KEYS = 'AKIDEXAMPLE:unheard,AKIDOTHER:unseen'
  const { url } = await startEmulator(t, { CONTROL_TOKEN: 'secret', ACCESS_KEYS })
  const get = async (headers: Record<string, string>) => {
    const answer = await fetch(`${url}/_pinpoint/live`, { headers })
    await answer.body?.cancel()
    return answer.status
  }
  t.equal(await get({}), 401)
  t.equal(await get({ Authorization: 'Bearer other' }), 403)
  const Authorization = 'Bearer secret'
  t.equal(await get({ Authorization }), 200)
  const opened = await fetch(`${url}/_pinpoint/session`, { method: 'POST', headers: { Authorization } })
  const Cookie = opened.headers.get('set-cookie')!.split(';')[0]!
  t.equal(await get({ Cookie }), 401, "not where the emulator's own page has not sent it")
  const stream = await listenLive(t, url, '', { Cookie, 'Sec-Fetch-Site': 'same-origin' })
  t.match(stream.events[0], { kind: 'hello', data: { accessKeyId: 'AKIDEXAMPLE' } })
  t.notMatch(JSON.stringify(stream.events), /unheard/)
})
