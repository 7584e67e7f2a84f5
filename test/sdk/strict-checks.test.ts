import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { withRunningCampaigns } from '../support/campaigns.ts'
import { isError } from '../support/helpers.ts'
import { journeyOf } from '../support/journeys.ts'

const strict = { env: { PREFLIGHT: 'strict' } }

/** A web hook on loopback, which answers every call with a header. */
async function startHook(t: Test, account: string) {
  const methods: string[] = []
  const server = createServer((request, response) => {
    methods.push(request.method!)
    response.setHeader('X-Amz-Pinpoint-AccountId', account).end('{}')
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  return { methods, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` }
}

const custom = (DeliveryUri: string) => ({
  MessageConfiguration: { CustomMessage: { Data: 'x' } },
  CustomDeliveryConfiguration: { DeliveryUri, EndpointTypes: ['SMS'] },
})
const soon = { Schedule: { StartTime: '2027-03-02T09:00:00Z' } }

t.test('PREFLIGHT=strict calls the web hook of a campaign with HEAD, and wants the account id', async t => {
  const [good, other] = [await startHook(t, '123456789012'), await startHook(t, '999999999999')]
  const { control, create, segment, url } = await withRunningCampaigns(t, strict)
  const id = await create({ ...custom(good.url), ...soon })
  t.strictSame(good.methods, ['HEAD'])
  const refused = [
    [other.url, /must answer HEAD with the header X-Amz-Pinpoint-AccountId: 123456789012$/],
    ['http://127.0.0.1:1/', /must answer HEAD: /],
    ['https://hooks.example.com/', /was not called: HOOK_HOSTS does not have hooks\.example\.com$/],
  ] as const
  for (const [uri, message] of refused) {
    const body = { SegmentId: segment, ...custom(uri), ...soon }
    isError(t, await control('POST', url, body), 400, 'BadRequestException', message)
    isError(t, await control('PUT', `${url}/${id}`, custom(uri)), 400, 'BadRequestException', message)
    const AdditionalTreatments = [{ SizePercent: 10, ...custom(uri) }]
    const treatment = await control('POST', url, { ...body, ...custom(good.url), AdditionalTreatments })
    const named = /^AdditionalTreatments\.0\.CustomDeliveryConfiguration\.DeliveryUri: http/
    isError(t, treatment, 400, 'BadRequestException', named)
  }
  await create({ ...custom('a-function'), ...soon })
  const missing = await control('POST', '/v1/apps/nope/campaigns', { ...custom(other.url), ...soon })
  t.equal(missing.status, 404)
})

t.test('PREFLIGHT=strict checks the web hooks of a journey when it is published', async t => {
  const other = await startHook(t, '999999999999')
  const { control, ok, app, segment } = await withRunningCampaigns(t, strict)
  const url = `/v1/apps/${app}/journeys`
  const CUSTOM = { DeliveryUri: other.url, EndpointTypes: ['SMS'] }
  const more = { StartActivity: 'call', Activities: { call: { CUSTOM } } }
  const message =
    /^Journey validation failed, Activities\.call\.CUSTOM\.DeliveryUri: http.* must answer HEAD with the header/
  const draft = journeyOf(segment, { ...more, State: 'DRAFT' })
  const { Id } = await ok('POST', url, draft)
  t.strictSame(other.methods, [], 'a draft is not checked')
  const published = { ...draft, State: 'ACTIVE' }
  for (const [method, path, body] of [
    ['POST', url, published],
    ['PUT', `${url}/${Id}`, published],
    ['PUT', `${url}/${Id}/state`, { State: 'ACTIVE' }],
  ] as const) {
    isError(t, await control(method, path, body), 400, 'BadRequestException', message)
  }
  t.equal((await ok('GET', `${url}/${Id}`)).State, 'DRAFT')
})

t.test('PREFLIGHT=strict wants event campaigns to start in 15 minutes, and in-app endpoints', async t => {
  const { control, ok, app, create, endpoints, segment, url } = await withRunningCampaigns(t, strict)
  const Dimensions = { EventType: { Values: ['buy'] } }
  const schedule = (StartTime: string, Frequency = 'EVENT') => ({
    Schedule: { StartTime, Frequency, EventFilter: { FilterType: 'ENDPOINT', Dimensions } },
  })
  const sms = { SegmentId: segment, MessageConfiguration: { SMSMessage: { Body: 'Hi' } } }
  const message = /^Schedule.StartTime must be at least 15 minutes from now with the Frequency EVENT; got /
  for (const StartTime of ['IMMEDIATE', '2027-03-01T09:14:59Z']) {
    const answer = await control('POST', url, { ...sms, ...schedule(StartTime) })
    isError(t, answer, 400, 'BadRequestException', message)
  }
  const id = await create(schedule('2027-03-01T09:15:00Z'))
  const changed = await control('PUT', `${url}/${id}`, schedule('2027-03-01T09:01:00Z'))
  isError(t, changed, 400, 'BadRequestException', message)

  const InAppMessage = { Content: [{ BackgroundColor: '#fff' }], Layout: 'TOP_BANNER' }
  await create({ MessageConfiguration: { InAppMessage }, ...schedule('IMMEDIATE', 'IN_APP_EVENT') })
  await endpoints({ Id: 'sms' }, { Id: 'app', ChannelType: 'IN_APP', Address: 'app' })
  for (const [endpoint, count] of [
    ['sms', 0],
    ['app', 1],
  ] as const) {
    const { InAppMessageCampaigns } = await ok('GET', `/v1/apps/${app}/endpoints/${endpoint}/inappmessages`)
    t.equal(InAppMessageCampaigns.length, count, endpoint)
  }
})
