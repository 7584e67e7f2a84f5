import t from 'tap'
import { buildTestApp, isError, sharedTestApp } from '../../support/helpers.ts'

const now = new Date('2026-01-02T03:04:05.678Z')

t.test('GetEndpoint answers every member of an endpoint', async t => {
  const { call, createApp } = buildTestApp(t, { now: () => now })
  const { Id } = await createApp()
  const url = `/v1/apps/${Id}/endpoints/ann-1`
  const given = {
    ChannelType: 'EMAIL',
    Address: 'ann@example.com',
    OptOut: 'NONE',
    Location: {
      City: 'Leeds',
      Country: 'GBR',
      Latitude: 53.8,
      Longitude: -1.5,
      PostalCode: 'LS1',
      Region: 'Yorkshire',
    },
    Demographic: {
      AppVersion: '1.2',
      Locale: 'en_GB',
      Make: 'Acme',
      Model: 'One',
      ModelVersion: '1',
      Platform: 'ios',
      PlatformVersion: '18.1',
      Timezone: 'Europe/London',
    },
    Attributes: { Ride: ['Bus', 'Train'] },
    Metrics: { Visits: 6, Score: -0.25 },
    User: { UserId: 'ann', UserAttributes: { Plan: ['pro'] } },
  }
  const { headers } = await call('PUT', url, given)
  const { status, body } = await call('GET', url)
  t.equal(status, 200)
  t.match(body.CohortId, /^\d{1,2}$/)
  t.strictSame(body, {
    ...given,
    EndpointStatus: 'ACTIVE',
    RequestId: headers['x-amzn-requestid'],
    EffectiveDate: '2026-01-02T03:04:05.678Z',
    ApplicationId: Id,
    Id: 'ann-1',
    CohortId: body.CohortId,
    CreationDate: '2026-01-02T03:04:05.678Z',
  })
})

t.test('what an endpoint has none of is an empty object', async t => {
  const { call, createApp } = sharedTestApp()
  const { Id } = await createApp()
  await call('PUT', `/v1/apps/${Id}/endpoints/e`, { ChannelType: 'SMS', Address: '+442071838750' })
  const { body } = await call('GET', `/v1/apps/${Id}/endpoints/e`)
  const { Location, Demographic, Attributes, Metrics, User } = body
  t.strictSame(
    { Location, Demographic, Attributes, Metrics, User },
    { Location: {}, Demographic: {}, Attributes: {}, Metrics: {}, User: {} },
  )
})

t.test('an id is found in any case, and is answered as it was first written', async t => {
  const { call, createApp } = sharedTestApp()
  const { Id } = await createApp()
  await call('PUT', `/v1/apps/${Id}/endpoints/Ann-1`, { ChannelType: 'EMAIL', Address: 'a@example.com' })
  for (const id of ['Ann-1', 'ann-1', 'ANN-1']) {
    t.match(await call('GET', `/v1/apps/${Id}/endpoints/${id}`), { status: 200, body: { Id: 'Ann-1' } })
  }
})

t.test('an id may be an e-mail address, a phone number or hold a slash', async t => {
  const { call, createApp } = sharedTestApp()
  const { Id } = await createApp()
  for (const id of ['ann@example.com', '+12065550100', 'a/b', 'a b', 'ünï', '100%', 'x'.repeat(300)]) {
    const url = `/v1/apps/${Id}/endpoints/${encodeURIComponent(id)}`
    t.equal((await call('PUT', url, { ChannelType: 'EMAIL', Address: id })).status, 202, id)
    t.match(await call('GET', url), { status: 200, body: { Id: id } }, id)
  }
})

t.test('an unknown endpoint answers 404 NotFoundException', async t => {
  const { call, createApp } = sharedTestApp()
  const [one, other] = [(await createApp({ Name: 'one' })).Id, (await createApp({ Name: 'other' })).Id]
  await call('PUT', `/v1/apps/${other}/endpoints/e`, { ChannelType: 'EMAIL', Address: 'a@example.com' })
  const answer = await call('GET', `/v1/apps/${one}/endpoints/e`)
  isError(t, answer, 404, 'NotFoundException', 'Endpoint not found: e')
})

t.test('an unknown application answers 404 NotFoundException', async t => {
  const { call } = sharedTestApp()
  const answer = await call('GET', '/v1/apps/nope/endpoints/e')
  isError(t, answer, 404, 'NotFoundException', 'Application not found')
})
