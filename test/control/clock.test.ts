import t, { type Test } from 'tap'
import { Clock, stateAt } from '../../server/clock/clock.ts'
import type { ClockMove, ClockOutcome } from '../../server/worker/messages.ts'
import { makeBuckets, makeFolder } from '../support/buckets.ts'
import { controlOf } from '../support/control.ts'
import { refuseWrites } from '../support/database.ts'
import { csvOf } from '../support/endpoint-files.ts'
import {
  buildTestApp,
  createApp,
  createAppBy,
  isError,
  runImport,
  startEmulator,
} from '../support/helpers.ts'

const path = '/_pinpoint/clock'
const morning = '2027-03-01T09:00:00.000Z'
const isNear = (t: Test, text: string, wanted: number, what?: string) =>
  t.ok(Math.abs(Date.parse(text) - wanted) < 600_000, `${what ?? ''} ${text}`)

const buckets = makeBuckets(t)
await buckets.put('data', 'users.csv', csvOf('e1', 'e2'))
const { url, client } = await startEmulator(t, buckets.env)
const call = controlOf(url)
const put = (body: object) => call('PUT', path, body)
const advance = (body: unknown) => call('POST', `${path}/advance`, body)
const createdNow = async (at = url) => (await createAppBy(controlOf(at))).CreationDate

t.test('the clock is real at first', async t => {
  const { status, body } = await call('GET', path)
  t.equal(status, 200)
  t.strictSame(Object.keys(body), ['mode', 'now', 'pending'])
  t.match(body, { mode: 'real', pending: 0 })
  isNear(t, body.now, Date.now())
})

t.test('a frozen clock stands still, and once advanced it stands still there', async t => {
  const frozen = { mode: 'frozen', now: morning, pending: 0 }
  t.match(await put({ mode: 'frozen', now: '2027-03-01T10:00:00+01:00' }), { status: 200, body: frozen })
  t.strictSame((await call('GET', path)).body, frozen)
  t.equal(await createdNow(), morning)
  t.match(await advance({ by: 'PT24H' }), {
    status: 200,
    body: { from: morning, now: '2027-03-02T09:00:00.000Z', steps: 0, sent: 0 },
  })
  t.equal(await createdNow(), '2027-03-02T09:00:00.000Z')
  const now = '2027-04-01T00:00:00.123Z'
  t.match((await advance({ to: now })).body, { from: '2027-03-02T09:00:00.000Z', now })
  t.match((await advance({ to: now })).body, { from: now, now }, 'to where it is')
  t.match((await advance({ until: 'next' })).body, { from: now, now, steps: 0 }, 'nothing is pending')
  t.match((await advance({ until: 'idle', max: 'P30D' })).body, { from: now, now, steps: 0 })
  t.match((await put({ mode: 'frozen' })).body, { mode: 'frozen', now })
  t.match((await put({ mode: 'frozen', now: morning })).body, { now: morning }, 'back, as nothing is active')
})

t.test('a clock with an offset ticks on from a time, or from where it stood still', async t => {
  for (const body of [
    { mode: 'offset', now: '2031-01-01T00:00:00Z' },
    { mode: 'frozen', now: '2032-01-01T00:00:00Z' },
    { mode: 'offset' },
  ]) {
    t.match(await put(body), { status: 200, body: { mode: body.mode } })
  }
  const { body } = await call('GET', path)
  isNear(t, body.now, Date.UTC(2032, 0, 1))
  isNear(t, await createdNow(), Date.UTC(2032, 0, 1))
  const moved = await advance({ by: 'P1M' })
  isNear(t, moved.body.now, Date.UTC(2032, 1, 1))
  t.match((await call('GET', path)).body, { mode: 'offset' })
  t.match((await put({ mode: 'real' })).body, { mode: 'real' })
  isNear(t, await createdNow(), Date.now())
})

t.test('a real clock that is frozen stands still at this moment; advanced, it is an offset', async t => {
  const { now } = (await put({ mode: 'frozen' })).body
  isNear(t, now, Date.now())
  t.equal((await call('GET', path)).body.now, now)
  await put({ mode: 'real' })
  const hour = 3_600_000
  isNear(t, (await advance({ by: 'PT1H' })).body.now, Date.now() + hour)
  const { body } = await call('GET', path)
  t.equal(body.mode, 'offset')
  isNear(t, body.now, Date.now() + hour)
  await put({ mode: 'real' })
})

t.test('jobs run while the clock stands still, and keep their delay by the time of the machine', async t => {
  await put({ mode: 'frozen', now: morning })
  await call('PUT', '/_pinpoint/job-control', { mode: 'timed', delayMs: 5 })
  const job = await runImport(client, await createApp(client), { S3Url: 's3://data/users.csv' })
  t.match(job, { JobStatus: 'COMPLETED', CreationDate: morning, CompletionDate: morning })
  await call('PUT', '/_pinpoint/job-control', { mode: 'immediate' })
  await put({ mode: 'real' })
})

t.test('a wrong call about the clock is refused, and changes nothing', async t => {
  await put({ mode: 'frozen', now: morning })
  const bad = async (method: 'PUT' | 'POST', body: unknown, message: string | RegExp) => {
    const answer = method === 'PUT' ? await put(body as object) : await advance(body)
    isError(t, answer, 400, 'BadRequestException', message)
  }
  await bad('PUT', {}, /mode/)
  await bad('PUT', { mode: 'fast' }, /mode must be one of real, frozen, offset/)
  await bad('PUT', { mode: 'frozen', time: morning }, /time is not a name that is known here/)
  await bad('PUT', { mode: 'real', now: morning }, /now goes with the modes frozen and offset/)
  for (const now of ['tomorrow', '2027-03-01', '2027-03-01T09:00:00', '2027-02-29T09:00:00Z', '']) {
    const message = `now must be an ISO 8601 time with a time zone, from 1970 to 9999, such as 2027-03-01T09:00:00Z; got ${JSON.stringify(now)}`
    await bad('PUT', { mode: 'frozen', now }, message)
    await bad('POST', { to: now }, message.replace('now', 'to'))
  }
  await bad('PUT', { mode: 'frozen', now: '1969-12-31T23:59:59Z' }, /from 1970 to 9999/)
  await bad('PUT', { mode: 'frozen', now: '9999-12-31T23:59:59-00:01' }, /from 1970 to 9999/)
  await bad('PUT', { mode: 'frozen', now: 1 }, /now must be/)
  for (const body of [{}, undefined, { by: 'PT1H', to: morning }, { to: morning, until: 'next' }]) {
    await bad('POST', body, /exactly one of by, to and until must be given|body/)
  }
  for (const by of ['24h', 'PT', '', '-PT1H', 'PT1.5H']) {
    await bad(
      'POST',
      { by },
      `by must be an ISO 8601 duration, such as PT24H, P30D or P1DT12H; got ${JSON.stringify(by)}`,
    )
  }
  await bad('POST', { by: 'P8000Y' }, /by must not lead beyond the year 9999/)
  await bad('POST', { by: 'P999999Y' }, /by must not lead beyond the year 9999/)
  await bad('POST', { until: 'idle', max: 'P9999Y' }, /max must not lead beyond the year 9999/)
  await bad('POST', { until: 'idle', max: '30' }, /max must be an ISO 8601 duration/)
  await bad('POST', { until: 'next', max: 'PT1H' }, /max goes with "until":"idle" alone/)
  await bad('POST', { until: 'later' }, /until must be one of next, idle/)
  await bad(
    'POST',
    { to: '2027-03-01T08:59:59.999Z' },
    'to must not be before the time of the clock, 2027-03-01T09:00:00.000Z; got 2027-03-01T08:59:59.999Z. PUT /_pinpoint/clock sets it back',
  )
  t.match((await call('GET', path)).body, { mode: 'frozen', now: morning })
})

t.test('a snapshot keeps the clock, and a reset makes it real', async t => {
  await put({ mode: 'frozen', now: morning })
  const snapshot = await (await fetch(`${url}/_pinpoint/snapshot`)).arrayBuffer()
  await call('POST', '/_pinpoint/reset')
  t.match((await call('GET', path)).body, { mode: 'real' })
  isNear(t, await createdNow(), Date.now())
  t.equal((await fetch(`${url}/_pinpoint/snapshot`, { method: 'PUT', body: snapshot })).status, 204)
  t.match((await call('GET', path)).body, { mode: 'frozen', now: morning })
  t.equal(await createdNow(), morning)
  t.match((await advance({ by: 'PT1H' })).body, { from: morning, now: '2027-03-01T10:00:00.000Z' })
})

t.test('at its last time the clock stands still, also that of a snapshot', async t => {
  const last = '9999-12-31T23:59:59.999Z'
  t.match((await put({ mode: 'offset', now: last })).body, { mode: 'offset', now: last })
  const snapshot = await (await fetch(`${url}/_pinpoint/snapshot`)).arrayBuffer()
  t.equal(await createdNow(), last)
  t.equal((await fetch(`${url}/_pinpoint/snapshot`, { method: 'PUT', body: snapshot })).status, 204)
  t.match((await call('GET', path)).body, { mode: 'offset', now: last })
  t.match(await advance({ by: 'PT0S' }), { status: 200, body: { from: last, now: last } })
  t.equal((await put({ mode: 'real' })).status, 200)
})

t.test('a reset to the seed dates it by the real clock', async t => {
  const Id = '0123456789abcdef0123456789abcdef'
  const dir = t.testdir({ 'seed.json': JSON.stringify({ apps: [{ Id, Name: 'seeded' }] }) })
  const seeded = await startEmulator(t, { SEED: `${dir}/seed.json` })
  const control = controlOf(seeded.url)
  await control('PUT', path, { mode: 'frozen', now: '2033-03-03T03:03:03Z' })
  t.equal((await control('POST', '/_pinpoint/reset?seed=true')).status, 204)
  const { body } = await control('GET', `/v1/apps/${Id}`)
  isNear(t, body.CreationDate, Date.now())
})

t.test('a restart keeps the clock', async t => {
  const DATA_DIR = makeFolder(t)
  for (const [mode, now] of [
    ['frozen', morning],
    ['offset', '2040-01-01T00:00:00.000Z'],
  ] as const) {
    const first = await startEmulator(t, { DATA_DIR })
    await controlOf(first.url)('PUT', path, { mode, now })
    await first.close()
    const second = await startEmulator(t, { DATA_DIR })
    const { body } = await controlOf(second.url)('GET', path)
    t.equal(body.mode, mode)
    isNear(t, body.now, Date.parse(now))
    isNear(t, await createdNow(second.url), Date.parse(now))
    await second.close()
  }
})

t.test('a worker that dies of a move answers, and the clock is as it was', async t => {
  const DATA_DIR = makeFolder(t)
  const emulator = await startEmulator(t, { DATA_DIR })
  const control = controlOf(emulator.url)
  await control('PUT', path, { mode: 'frozen', now: morning })
  const { refuse, allow } = refuseWrites(t, DATA_DIR)
  refuse('INSERT ON clock')
  isError(
    t,
    await control('POST', `${path}/advance`, { by: 'PT1H' }),
    409,
    'ConflictException',
    /^the clock was not moved to its end: the job worker died/,
  )
  allow()
  t.match((await control('GET', path)).body, { mode: 'frozen', now: morning })
})

t.test('the clock tells what is pending; what the worker says of a move is answered', async t => {
  const clock = new Clock()
  clock.set(stateAt('frozen', Date.parse(morning)))
  const moves: ClockMove[] = []
  const moved = { from: 0, now: 0, steps: 0, sent: 0, truncated: false }
  let outcome: ClockOutcome = moved
  const { store, call } = buildTestApp(t, {
    clock,
    jobWorker: {
      async moveClock(move) {
        moves.push(move)
        return outcome
      },
    },
  })
  const [first, second] = [Date.UTC(2027, 3, 1), Date.UTC(2027, 2, 5)]
  Object.assign(store.dueRows, {
    events: { nextDue: () => undefined, pending: () => 0, active: () => undefined },
    campaigns: { nextDue: () => first, pending: () => 2, active: () => 'campaign 0123' },
    journeys: { nextDue: () => second, pending: () => 3, active: () => undefined },
  })
  t.strictSame((await call('GET', path)).body, {
    mode: 'frozen',
    now: morning,
    nextDue: '2027-03-05T00:00:00.000Z',
    pending: 5,
  })

  const back = { mode: 'frozen', now: '2027-03-01T08:59:59.999Z' }
  t.equal((await call('PUT', path, back)).status, 200)
  t.equal((await call('PUT', path, { ...back, force: true })).status, 200)
  t.equal((await call('PUT', path, { mode: 'real' })).status, 200)
  outcome = { ...moved, truncated: true }
  t.match((await call('PUT', path, { mode: 'frozen' })).body, { truncated: true })
  t.match((await call('POST', `${path}/advance`, { to: morning })).body, { truncated: true })
  t.strictSame(moves, [
    { mode: 'frozen', to: Date.parse(back.now), back: 'if idle' },
    { mode: 'frozen', to: Date.parse(back.now), back: 'forced' },
    { mode: 'real', to: 'real', back: 'if idle' },
    { mode: 'frozen', to: 'here', back: 'if idle' },
    { to: Date.parse(morning) },
  ])

  outcome = { refused: 'the clock cannot be set back' }
  isError(t, await call('PUT', path, back), 409, 'ConflictException', 'the clock cannot be set back')
  outcome = 'the disk is full'
  const givenUp = 'the clock was not moved to its end: the disk is full'
  isError(t, await call('PUT', path, back), 409, 'ConflictException', givenUp)
})
