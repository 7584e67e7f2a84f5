import t from 'tap'
import { tomorrow, withCampaigns } from '../../support/campaigns.ts'
import { isError } from '../../support/helpers.ts'

const EventFilter = { FilterType: 'ENDPOINT', Dimensions: { EventType: { Values: ['cart.open'] } } }
const Content = [
  { BackgroundColor: '#fff', HeaderConfig: { Alignment: 'CENTER', Header: 'Hi', TextColor: '#000' } },
]

/** An endpoint, and a function that creates in-app campaigns, whose schedules begin at once. */
async function withInApp() {
  const built = await withCampaigns()
  const { call, app } = built
  await call('PUT', `/v1/apps/${app}/endpoints/e1`, { ChannelType: 'IN_APP', Address: 'a' })
  return {
    ...built,
    inApp: (more: object = {}, schedule: object = {}) =>
      built.create({
        Name: 'cart',
        MessageConfiguration: { InAppMessage: { Content, Layout: 'OVERLAYS' } },
        Schedule: { StartTime: 'IMMEDIATE', Frequency: 'IN_APP_EVENT', EventFilter, ...schedule },
        ...more,
      }),
    list: async (endpoint = 'e1') => call('GET', `/v1/apps/${app}/endpoints/${endpoint}/inappmessages`),
  }
}

t.test('GetInAppMessages answers what an application may show, as the guide has it', async t => {
  const { inApp, list } = await withInApp()
  t.strictSame((await list()).body, { InAppMessageCampaigns: [] })
  const EndTime = tomorrow().replace(/\.\d{3}Z$/, 'Z')
  const { body } = await inApp({ Priority: 1, Limits: { Daily: 2, Session: 3 } }, { EndTime })
  t.strictSame((await list()).body, {
    InAppMessageCampaigns: [
      {
        CampaignId: `cart-${body.Id}`,
        TreatmentId: '0',
        Priority: 1,
        DailyCap: 2,
        SessionCap: 3,
        TotalCap: 0,
        InAppMessage: { Content, Layout: 'OVERLAYS' },
        Schedule: {
          EndDate: EndTime,
          EventFilter: {
            FilterType: 'ENDPOINT',
            Dimensions: { Attributes: {}, Metrics: {}, EventType: { Values: ['cart.open'] } },
          },
        },
      },
    ],
  })
})

t.test('only campaigns that are on, and have the endpoint in their segment, are listed', async t => {
  const { inApp, list, call, app, url } = await withInApp()
  await inApp({}, { StartTime: tomorrow() })
  await inApp({ IsPaused: true })
  await inApp({ HoldoutPercent: 100 })
  const Dimensions = { Attributes: { plan: { Values: ['pro'] } } }
  const { Id: SegmentId } = (await call('POST', `/v1/apps/${app}/segments`, { Dimensions })).body
  await inApp({ SegmentId })
  t.strictSame((await list()).body, { InAppMessageCampaigns: [] })
  await call('PUT', `/v1/apps/${app}/endpoints/e1`, { Attributes: { plan: ['pro'] } })
  t.equal((await list()).body.InAppMessageCampaigns.length, 1)
  const [campaign] = (await call('GET', url)).body.Item
  await call('DELETE', `${url}/${campaign.Id}`)
  t.strictSame((await list()).body, { InAppMessageCampaigns: [] })
})

t.test('a segment that has come to be too large to be queried has no members', async t => {
  const { inApp, list, call, app } = await withInApp()
  const segments = `/v1/apps/${app}/segments`
  const create = async (body: object): Promise<string> => (await call('POST', segments, body)).body.Id
  const builtOn = (Id: string) => ({ SegmentGroups: { Groups: [{ SourceSegments: [{ Id }] }] } })
  const lowest = await create({})
  let SegmentId = lowest
  for (let level = 0; level < 100; level++) SegmentId = await create(builtOn(SegmentId))
  await inApp({ SegmentId })
  t.equal((await list()).body.InAppMessageCampaigns.length, 1)
  await call('PUT', `${segments}/${lowest}`, builtOn(await create({})))
  t.strictSame((await list()).body, { InAppMessageCampaigns: [] })
  const { status, body } = await call('GET', `/_pinpoint/apps/${app}/endpoints/e1/segments`)
  t.equal(status, 400, body.Message)
})

t.test('the content is that of the active version of a template', async t => {
  const { inApp, list, call } = await withInApp()
  await call('POST', '/v1/templates/in-app-1/inapp', {
    Content,
    Layout: 'CAROUSEL',
    CustomConfig: { a: 'b' },
  })
  const named = { MessageConfiguration: {}, TemplateConfiguration: { InAppTemplate: { Name: 'in-app-1' } } }
  await inApp(named)
  const [listed] = (await list()).body.InAppMessageCampaigns
  t.strictSame(listed.InAppMessage, { Content, Layout: 'CAROUSEL', CustomConfig: { a: 'b' } })
  t.equal(listed.Priority, 3)
})

t.test('an unknown endpoint is a 404', async t => {
  const { list } = await withInApp()
  isError(t, await list('nobody'), 404, 'NotFoundException', 'Endpoint not found: nobody')
})
