import t, { type Test } from 'tap'
import { requestRateOf } from '../../server/model/quotas.ts'
import { answerOf, buildTestApp, isError, signedBy } from '../support/helpers.ts'

const start = Date.parse('2026-01-02T03:04:05.678Z')

/** An application with a clock that stands still until it is set, and callers of any account. */
async function withClock(t: Test, quotas: boolean) {
  let time = start
  const config = { region: 'us-east-1', accountId: '123456789012', quotas }
  const { app, createApp } = buildTestApp(t, { config, now: () => new Date(time) })
  const call = async (method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, account = '123456789012') => {
    const payload = method === 'GET' ? {} : { payload: { Name: 'shop' } }
    return answerOf(await app.inject({ method, url, headers: signedBy(account), ...payload }))
  }
  const { Id } = await createApp()
  const url = `/v1/apps/${Id}`
  return {
    call,
    createApp,
    url,
    /** Sets the clock to milliseconds after the start. */
    setClock(ms: number): void {
      time = start + ms
    },
    /** The statuses of so many calls, one after the other. */
    statuses: async (count: number, ...args: Parameters<typeof call>) => {
      const seen: number[] = []
      for (let index = 0; index < count; index++) seen.push((await call(...args)).status)
      return seen
    },
  }
}

const times = (count: number, status: number): number[] => Array(count).fill(status)

t.test('the request after the last of a quota answers 429 and names the operation and the quota', async t => {
  const { call, url, statuses } = await withClock(t, true)
  t.same(await statuses(10, 'GET', `${url}/endpoints/e1`), times(10, 404))
  const message =
    'GetEndpoint takes at most 10 requests per second from an account; 123456789012 has made them'
  isError(t, await call('GET', `${url}/endpoints/e1`), 429, 'TooManyRequestsException', message)
  isError(t, await call('GET', '/v1/apps/no/endpoints/e2'), 429, 'TooManyRequestsException', message)
})

for (const [operation, quota, method, path] of [
  ['UpdateEndpoint', 10, 'PUT', '/endpoints/e1'],
  ['UpdateEndpointsBatch', 2, 'PUT', '/endpoints'],
  ['GetEndpoint', 10, 'GET', '/endpoints/e1'],
  ['DeleteEndpoint', 5, 'DELETE', '/endpoints/e1'],
  ['CreateSegment', 25, 'POST', '/segments'],
  ['UpdateSegment', 25, 'PUT', '/segments/s1'],
  ['DeleteSegment', 25, 'DELETE', '/segments/s1'],
  ['GetSegment', 300, 'GET', '/segments/s1'],
  ['CreateImportJob', 300, 'POST', '/jobs/import'],
  ['GetApp', 300, 'GET', ''],
  ['GetCampaigns', 300, 'GET', '/campaigns'],
] as const) {
  t.test(`${operation} takes ${quota} requests per second, whatever their answers are`, async t => {
    const { url, statuses } = await withClock(t, true)
    const seen = await statuses(quota + 2, method, url + path)
    t.notOk(seen.slice(0, quota).includes(429))
    t.same(seen.slice(quota), [429, 429])
  })
}

t.test('messages and events may be sent by the thousands', async t => {
  const { url, statuses } = await withClock(t, true)
  t.notOk((await statuses(301, 'POST', `${url}/messages`)).includes(429))
  const rates = ['SendMessages', 'SendUsersMessages', 'PutEvents', 'SendOTPMessage'].map(requestRateOf)
  t.same(rates, [4_000, 6_000, 7_000, 300])
})

t.test('the rate is that of the second before each request, and refused requests do not count', async t => {
  const { url, setClock, statuses } = await withClock(t, true)
  const del = (count: number) => statuses(count, 'DELETE', `${url}/endpoints/e1`)
  t.same(await del(2), times(2, 404))
  setClock(600)
  t.same(await del(4), [404, 404, 404, 429])
  setClock(999)
  t.same(await del(3), times(3, 429), 'a millisecond less than a second')
  setClock(1000)
  t.same(await del(3), [404, 404, 429], 'the first two are a second old')
  setClock(1599)
  t.same(await del(1), [429])
  setClock(1600)
  t.same(await del(4), [404, 404, 404, 429], 'the next three')
  setClock(2600)
  t.same(await del(6), [...times(5, 404), 429], 'all')
})

t.test('each account has quotas of its own, and each operation', async t => {
  const { url, statuses } = await withClock(t, true)
  t.same(await statuses(6, 'DELETE', `${url}/endpoints/e1`), [...times(5, 404), 429])
  t.same(await statuses(6, 'DELETE', `${url}/endpoints/e1`, '000011112222'), [...times(5, 404), 429])
  t.same(await statuses(11, 'GET', `${url}/endpoints/e1`), [...times(10, 404), 429])
  t.same(await statuses(1, 'GET', url), [200])
})

t.test('a key id that is no account counts for the configured one', async t => {
  const { url, statuses } = await withClock(t, true)
  t.same(await statuses(5, 'DELETE', `${url}/endpoints/e1`, 'AKIAIOSFODNN7EXAMPLE'), times(5, 404))
  t.same(await statuses(1, 'DELETE', `${url}/endpoints/e1`), [429])
})

t.test('calls for two applications count together', async t => {
  const { createApp, url, statuses } = await withClock(t, true)
  const { Id: other } = await createApp()
  t.same(await statuses(5, 'DELETE', `${url}/endpoints/e1`), times(5, 404))
  t.same(await statuses(1, 'DELETE', `/v1/apps/${other}/endpoints/e1`), [429])
})

t.test(
  'what is no operation of Pinpoint is not counted: control calls, preflights, unknown paths',
  async t => {
    const { call, url, statuses } = await withClock(t, true)
    t.same(await statuses(310, 'GET', '/_pinpoint/health'), times(310, 200))
    t.same(await statuses(310, 'GET', '/v1/nothing'), times(310, 404))
    t.equal((await call('GET', url)).status, 200)
  },
)

t.test('rates begin anew when the clock is set back', async t => {
  const { url, setClock, statuses } = await withClock(t, true)
  t.same(await statuses(6, 'DELETE', `${url}/endpoints/e1`), [...times(5, 404), 429])
  setClock(-3_600_000)
  t.same(await statuses(6, 'DELETE', `${url}/endpoints/e1`), [...times(5, 404), 429])
})

t.test('without QUOTAS=on, calls have no rate limit', async t => {
  const { url, statuses } = await withClock(t, false)
  t.same(await statuses(310, 'GET', url), times(310, 200))
  t.same(await statuses(50, 'DELETE', `${url}/endpoints/e1`), times(50, 404))
})
