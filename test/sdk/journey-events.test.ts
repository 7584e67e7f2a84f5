import t, { type Test } from 'tap'
import { withRunningCampaigns } from '../support/campaigns.ts'
import { matchEach } from '../support/items.ts'
import { journeyOf } from '../support/journeys.ts'

/** An endpoint that a journey can send e-mails to, with a template. */
async function withEmails(t: Test) {
  const built = await withRunningCampaigns(t)
  const { ok, app, endpoints, segment } = built
  await endpoints({ Id: 'ann', ChannelType: 'EMAIL', Address: 'ann@example.com' })
  await ok('POST', '/v1/templates/mail/email', { Subject: 'Hello', TextPart: 'Hello' })
  const publish = async (StartActivity: string, Activities: object): Promise<string> => {
    const { Id } = await ok('POST', `/v1/apps/${app}/journeys`, {
      ...journeyOf(segment, { StartActivity, Activities }),
    })
    await built.advance()
    return Id
  }
  return { ...built, publish }
}

const whenOpened = (MessageActivity: string) => ({
  ConditionalSplit: {
    Condition: {
      Conditions: [
        {
          EventCondition: {
            MessageActivity,
            Dimensions: { EventType: { DimensionType: 'INCLUSIVE', Values: ['_email.open'] } },
          },
        },
      ],
    },
  },
})

for (const [how, own, counters] of [
  ['the context of another message does not', false, { Branch_FALSE: '1' }],
  ["the journey's own message does", true, { Branch_TRUE: '1' }],
] as const) {
  t.test(`what decides a split on events: ${how}`, async t => {
    const { ok, app, publish, advance } = await withEmails(t)
    const journey = await publish('a', {
      a: { EMAIL: { TemplateName: 'mail', NextActivity: 's' } },
      s: whenOpened('a'),
    })
    const Context = { journey_id: journey, journey_activity_id: 'a' }
    await ok('POST', `/v1/apps/${app}/messages`, {
      Context,
      Endpoints: { ann: {} },
      MessageConfiguration: {},
      TemplateConfiguration: { EmailTemplate: { Name: 'mail' } },
    })
    const { items } = await ok('GET', '/_pinpoint/messages')
    const message = items.find((item: { journey?: string }) => (item.journey === journey) === own)
    // What a test says of the event does not change who has sent the message either.
    const { event } = await ok('POST', `/_pinpoint/messages/${message.id}/events`, {
      eventType: '_email.open',
      attributes: own ? { journey_id: 'x' } : Context,
    })
    t.match(event.attributes, own ? { journey_id: 'x', journey_activity_id: 'a' } : Context)
    await advance({ by: 'PT1H' })
    const here = `/v1/apps/${app}/journeys/${journey}`
    t.strictSame((await ok('GET', `${here}/activities/s/execution-metrics`)).Metrics, counters)
    const opened = (await ok('GET', `${here}/kpis/daterange/journey-emails-opened`)).KpiResult.Rows
    matchEach(t, opened, [{ Values: [{ Value: own ? '1.0' : '0.0' }] }])
    t.equal(
      (await ok('GET', `/_pinpoint/events?type=_email.open&journey=${journey}`)).items.length,
      own ? 1 : 0,
    )
  })
}

t.test('a contact center activity is recorded, and passed', async t => {
  const { ok, app, publish } = await withEmails(t)
  const waiting = ok('GET', `/_pinpoint/events?app=${app}&type=_journey.send&wait=60`)
  const journey = await publish('call', { call: { ContactCenter: {} } })
  const { items } = await waiting
  matchEach(t, items, [
    {
      event: {
        event_type: '_journey.send',
        client: { client_id: 'ann' },
        attributes: {
          journey_id: journey,
          journey_activity_id: 'call',
          journey_activity_type: 'CONTACT_CENTER',
          journey_send_status: 'SUCCESS',
          journey_send_status_code: '200',
        },
      },
    },
  ])
  t.equal(items.length, 1)
})

t.test(
  'a journey whose start is long past lets endpoints in for 540 days from when it is published',
  async t => {
    const { ok, app, segment, endpoints, advance } = await withEmails(t)
    const { Id } = await ok('POST', `/v1/apps/${app}/journeys`, {
      ...journeyOf(segment, { RefreshFrequency: 'P30D', Schedule: { StartTime: '2025-01-01T00:00:00Z' } }),
      StartActivity: 'call',
      Activities: { call: { ContactCenter: {} } },
    })
    const here = `/v1/apps/${app}/journeys/${Id}`
    const entered = async () => (await ok('GET', `${here}/execution-metrics`)).Metrics.ENDPOINT_ENTERED
    await advance()
    t.equal(await entered(), '1')
    await endpoints({ Id: 'bob' })
    await advance({ by: 'P539D' })
    t.equal(await entered(), '2')
    t.equal((await ok('GET', here)).State, 'ACTIVE')
    await advance({ by: 'P1D' })
    t.equal((await ok('GET', here)).State, 'COMPLETED')
  },
)
