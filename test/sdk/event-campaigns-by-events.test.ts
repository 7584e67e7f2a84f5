import {
  GetApplicationDateRangeKpiCommand,
  GetCampaignDateRangeKpiCommand,
  PutEventsCommand,
} from '@aws-sdk/client-pinpoint'
import t from 'tap'
import { withRunningCampaigns } from '../support/campaigns.ts'
import { until } from '../support/helpers.ts'
import { matchEach } from '../support/items.ts'

t.test('an event of PutEvents starts a campaign, which has events and KPIs', async t => {
  const built = await withRunningCampaigns(t)
  const { client, app: ApplicationId, create, advance, messages } = built
  const id = await create({
    MessageConfiguration: { EmailMessage: { Body: 'Thanks' } },
    Schedule: {
      StartTime: 'IMMEDIATE',
      Frequency: 'EVENT',
      EventFilter: { FilterType: 'ENDPOINT', Dimensions: { EventType: { Values: ['bought'] } } },
    },
  })
  const Timestamp = new Date().toISOString()
  const batch = (Address: string, EventType: string) => ({
    Endpoint: { ChannelType: 'EMAIL' as const, Address },
    Events: { ev: { EventType, Timestamp } },
  })
  const { EventsResponse } = await client.send(
    new PutEventsCommand({
      ApplicationId,
      EventsRequest: {
        BatchItem: { e1: batch('ann@example.com', 'bought'), e2: batch('ben@example.com', 'looked') },
      },
    }),
  )
  t.equal(EventsResponse?.Results?.e1?.EventsItemResponse?.ev?.Message, 'Accepted')
  await advance()
  matchEach(t, await messages(id), [{ endpoint: 'e1', status: 'SUCCESSFUL' }])
  const call = built.control
  const { body } = await call('GET', `/_pinpoint/events?campaign=${id}`)
  matchEach(t, body.items.map(({ event }: { event: { event_type: string } }) => event.event_type).reverse(), [
    '_campaign.send',
    '_email.send',
    '_email.delivered',
  ])
  t.match(body.items[2].event, {
    client: { client_id: 'e1' },
    attributes: {
      campaign_id: id,
      campaign_send_status: 'SUCCESS',
      delivery_type: 'EMAIL',
      treatment_id: '0',
    },
  })
  const KpiName = 'unique-deliveries'
  const one = await client.send(
    new GetCampaignDateRangeKpiCommand({ ApplicationId, CampaignId: id, KpiName }),
  )
  t.equal(one.CampaignDateRangeKpiResponse?.KpiResult?.Rows?.[0]?.Values?.[0]?.Value, '1.0')
  const all = await client.send(new GetApplicationDateRangeKpiCommand({ ApplicationId, KpiName }))
  t.equal(all.ApplicationDateRangeKpiResponse?.KpiResult?.Rows?.length, 1)
})

for (const [what, Dimensions] of Object.entries({
  attributes: { Attributes: { plan: { Values: ['pro'] } } },
  metrics: { Metrics: { price: { ComparisonOperator: 'GREATER_THAN', Value: 5 } } },
})) {
  t.test(`events of any type start a campaign by their ${what} alone`, async t => {
    const { client, app: ApplicationId, endpoints, create, advance, messages } = await withRunningCampaigns(t)
    await endpoints({ Id: 'e1' }, { Id: 'e2' })
    const id = await create({
      Schedule: {
        StartTime: 'IMMEDIATE',
        Frequency: 'EVENT',
        EventFilter: { FilterType: 'ENDPOINT', Dimensions },
      },
    })
    const Timestamp = new Date().toISOString()
    const batch = (EventType: string, plan: string, price: number) => ({
      Endpoint: {},
      Events: { ev: { EventType, Timestamp, Attributes: { plan }, Metrics: { price } } },
    })
    const BatchItem = { e1: batch('bought', 'pro', 6), e2: batch('bought', 'free', 4) }
    await client.send(new PutEventsCommand({ ApplicationId, EventsRequest: { BatchItem } }))
    await advance()
    t.strictSame(
      (await messages(id)).map(({ endpoint }) => endpoint),
      ['e1'],
    )
  })
}

t.test('an event of a message that was sent starts a campaign by itself', async t => {
  const { app, create, endpoints, ok, messages } = await withRunningCampaigns(t)
  await endpoints({ Id: 'e1' })
  const id = await create({
    Schedule: {
      StartTime: 'IMMEDIATE',
      Frequency: 'EVENT',
      EventFilter: {
        FilterType: 'SYSTEM',
        Dimensions: {
          EventType: { Values: ['_SMS.SUCCESS'] },
          Attributes: { message_type: { Values: ['Promotional'] } },
        },
      },
    },
  })
  await ok('POST', `/v1/apps/${app}/messages`, {
    Endpoints: { e1: {} },
    MessageConfiguration: { SMSMessage: { Body: 'Hi', MessageType: 'PROMOTIONAL' } },
  })
  const sent = await until(async () => (await messages(id))[0], 'the message of the campaign')
  t.match(sent, { endpoint: 'e1', status: 'SUCCESSFUL' })
})

t.test("the events of a campaign's own messages do not start it again", async t => {
  const { app, create, endpoints, ok, advance, messages } = await withRunningCampaigns(t)
  await endpoints({ Id: 'e1' })
  const id = await create({
    Limits: { Total: 5 },
    Schedule: {
      StartTime: 'IMMEDIATE',
      Frequency: 'EVENT',
      EventFilter: { FilterType: 'SYSTEM', Dimensions: { EventType: { Values: ['_SMS.SUCCESS'] } } },
    },
  })
  await ok('POST', `/v1/apps/${app}/messages`, {
    Endpoints: { e1: {} },
    MessageConfiguration: { SMSMessage: { Body: 'Hi' } },
  })
  await advance()
  t.equal((await messages(id)).length, 1)
})

t.test('a message of somebody else starts a campaign, also if its Context names the campaign', async t => {
  const { app, create, endpoints, ok, advance, messages } = await withRunningCampaigns(t)
  await endpoints({ Id: 'e1', ChannelType: 'EMAIL', Address: 'ann@example.com' })
  const id = await create({
    MessageConfiguration: { EmailMessage: { Body: 'Thanks' } },
    Schedule: {
      StartTime: 'IMMEDIATE',
      Frequency: 'EVENT',
      EventFilter: { FilterType: 'SYSTEM', Dimensions: { EventType: { Values: ['_email.delivered'] } } },
    },
  })
  await ok('POST', `/v1/apps/${app}/messages`, {
    Endpoints: { e1: {} },
    Context: { campaign_id: id },
    MessageConfiguration: { EmailMessage: { Body: 'Hi' } },
  })
  await advance()
  t.equal((await messages(id)).length, 1)
})

t.test('what an app reports starts a campaign, also after its push notification', async t => {
  const { app, create, ok, advance, messages } = await withRunningCampaigns(t)
  const id = await create({
    Schedule: {
      StartTime: 'IMMEDIATE',
      Frequency: 'EVENT',
      EventFilter: {
        FilterType: 'ENDPOINT',
        Dimensions: { EventType: { Values: ['bought', '_campaign.opened_notification'] } },
      },
    },
  })
  await advance()
  const report = async (EventType: string) => {
    // Mobile SDKs add the ids of the last notification to all events that follow.
    const event = { EventType, Timestamp: '2027-03-01T09:00:00Z', Attributes: { campaign_id: id } }
    const Endpoint = { ChannelType: 'SMS', Address: '+15551234567' }
    await ok('POST', `/v1/apps/${app}/events`, { BatchItem: { e1: { Endpoint, Events: { event } } } })
    await advance()
    return (await messages(id)).length
  }
  t.equal(await report('_campaign.opened_notification'), 0)
  t.equal(await report('bought'), 1)
  t.equal(await report('bought'), 2)
})
