import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { audienceCounters } from '../../server/audience/counters.ts'
import { createCampaignRuns } from '../../server/campaigns/run-campaigns.ts'
import { createRendererLoader } from '../../server/delivery/render-content.ts'
import type { ActivityResponse } from '../../server/model/campaign.ts'
import type { OutboxMessage } from '../../server/model/message.ts'
import { holds } from '../support/generators.ts'
import { withSending } from '../support/sending.ts'

const start = Date.parse('2027-03-01T09:00:00.000Z')
const [hour, day] = [3_600_000, 86_400_000]
/** How long a schedule lasts. */
const lengths = { ONCE: day, HOURLY: 5 * hour, DAILY: 3 * day }
const zones = ['Europe/Paris', 'America/New_York', 'Asia/Kathmandu', 'Nowhere/Land', undefined]

const limits = fc.record(
  {
    Daily: fc.integer({ min: 1, max: 3 }),
    Total: fc.integer({ min: 1, max: 4 }),
    MessagesPerSecond: fc.integer({ min: 1, max: 5 }),
    MaximumDuration: fc.constant(60),
  },
  { requiredKeys: [] },
)
const campaign = fc.record({
  limits,
  holdout: fc.integer({ min: 0, max: 40 }),
  sizes: fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 3 }),
  frequency: fc.constantFrom('ONCE' as const, 'HOURLY' as const, 'DAILY' as const),
  isLocalTime: fc.boolean(),
  hours: fc.integer({ min: 0, max: 30 }),
  quietTime: fc.constantFrom({}, { Start: '22:00', End: '08:00' }),
})
/** Steps after which a run is broken off: the step is rolled back, and another process goes on. */
const failures = fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 8 })

/** Steps after which an endpoint is deleted and created again. */
const recreations = fc.array(fc.record({ step: fc.nat(30), index: fc.nat(19) }), { maxLength: 4 })

t.test(
  'whatever the schedule, limits and restarts: limits hold, and each target has one message or one reason',
  async t => {
    let now = new Date(start)
    const { app, store, put, call } = await withSending(t, { now: () => now })
    await holds(
      t,
      fc.asyncProperty(
        campaign,
        failures,
        recreations,
        fc.integer({ min: 1, max: 20 }),
        async (wanted, failures, recreations, count) => {
          now = new Date(start)
          const name = `${Math.random()}`.slice(2, 12)
          const Attributes = { group: [name] }
          const create = (index: number) =>
            put(`endpoints/${name}-${index}`, {
              ChannelType: 'SMS',
              Address: `+${name}${index}`,
              Attributes,
              Demographic: { Timezone: zones[index % zones.length] },
              OptOut: index % 7 === 6 ? 'ALL' : 'NONE',
            })
          for (let index = 0; index < count; index++) await create(index)
          const Dimensions = { Attributes: { group: { Values: [name] } } }
          const { Id: SegmentId } = (await call('POST', `/v1/apps/${app}/segments`, { Dimensions })).body
          const message = { MessageConfiguration: { SMSMessage: { Body: 'Hi' } } }
          const { body: created } = await call('POST', `/v1/apps/${app}/campaigns`, {
            ...message,
            SegmentId,
            HoldoutPercent: wanted.holdout,
            AdditionalTreatments: wanted.sizes.map(SizePercent => ({ ...message, SizePercent })),
            Limits: wanted.limits,
            Schedule: {
              StartTime: new Date(start + wanted.hours * hour).toISOString(),
              EndTime: new Date(start + wanted.hours * hour + lengths[wanted.frequency]).toISOString(),
              Frequency: wanted.frequency,
              IsLocalTime: wanted.isLocalTime,
              QuietTime: wanted.quietTime,
            },
          })
          assert.ok(created.Id, created.Message)

          let untilFailure = failures.shift()
          const update: typeof store.campaignActivities.update = activity => {
            store.campaignActivities.update(activity)
            if (untilFailure === undefined || --untilFailure > 0) return
            untilFailure = failures.shift()
            throw Object.assign(new Error('broken off'), { code: 'SQLITE_FULL' })
          }
          const newRuns = () =>
            createCampaignRuns({
              store: { ...store, campaignActivities: { ...store.campaignActivities, update } },
              hooks: { hookHosts: undefined, lambdaEndpoint: undefined },
              missingVariables: 'fail',
              loadRenderer: createRendererLoader(),
              onMessages: () => {},
              onEvents: () => {},
              onError: error => {
                throw error
              },
            })
          let runs = newRuns()
          for (let step = 0; ; step++) {
            for (const { index } of recreations.filter(each => each.step === step && each.index < count)) {
              await call('DELETE', `/v1/apps/${app}/endpoints/${name}-${index}`)
              await create(index)
            }
            const due = store.campaignDueRows.nextDue()
            if (due === undefined) break
            now = new Date(due)
            try {
              await runs.runStep(now)
            } catch (error) {
              assert.equal((error as Error).message, 'broken off')
              runs = newRuns()
            }
          }

          const url = `/v1/apps/${app}/campaigns/${created.Id}`
          const { State } = (await call('GET', url)).body
          assert.equal(State.CampaignStatus, 'COMPLETED')
          const activities: ActivityResponse[] = (await call('GET', `${url}/activities?page-size=1000`)).body
            .Item
          const messages: OutboxMessage[] = (
            await call('GET', `/_pinpoint/messages?campaign=${created.Id}&page-size=1000`)
          ).body.items
          for (const activity of activities) {
            const metrics = { ...activity.ExecutionMetrics } as Record<string, string>
            const own = messages.filter(message => message.activity === activity.Id)
            assert.equal(own.length, activity.SuccessfulEndpointCount)
            assert.equal(
              new Set(own.map(({ endpoint }) => endpoint)).size,
              own.length,
              'one message for each',
            )
            const produced = Number(metrics.ENDPOINT_PRODUCED ?? 0)
            // Who is created again before a run has come to it is not in that run.
            assert.ok(produced <= count && produced >= count - recreations.length)
            delete metrics.ENDPOINT_PRODUCED
            let [filtered, dropped] = [0, 0]
            for (const [name, value] of Object.entries(metrics)) {
              if ((audienceCounters as readonly string[]).includes(name)) filtered += Number(value)
              else dropped += Number(value)
            }
            assert.equal(produced - filtered, activity.TotalEndpointCount, 'produced = filtered + targeted')
            assert.equal(own.length + dropped, activity.TotalEndpointCount, 'targeted = messages + reasons')
          }
          const { Daily, Total, MessagesPerSecond } = wanted.limits
          const timesOf = Map.groupBy(messages, ({ endpoint }) => endpoint)
          for (const [endpoint, sent] of timesOf) {
            const times = sent.map(({ time }) => Date.parse(time))
            if (Total !== undefined)
              assert.ok(times.length <= Total, `${endpoint} has ${times.length} in all`)
            for (const time of times) {
              const inDay = times.filter(other => other > time - day && other <= time).length
              if (Daily !== undefined) assert.ok(inDay <= Daily, `${endpoint} has ${inDay} in a day`)
            }
          }
          if (MessagesPerSecond !== undefined) {
            const times = messages.map(({ time }) => Date.parse(time))
            for (const time of times) {
              const inSecond = times.filter(other => other > time - 1000 && other <= time).length
              assert.ok(inSecond <= MessagesPerSecond + 1, `${inSecond} in a second`)
            }
          }
        },
      ),
      15,
    )
  },
)
