import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import type { JourneyCase } from '../../fixtures/journey-cases.ts'
import { targetsOf } from '../../server/journeys/graph.ts'
import { holds } from '../support/generators.ts'
import { startEmulator } from '../support/helpers.ts'
import { runJourneyCase } from '../support/run-journey-case.ts'

/** An activity of each kind that leads on to later ones alone, so that there is no cycle. */
const activity = (next: (index: number) => string | undefined) => {
  const on = (index = 1) => ({ ...(next(index) && { NextActivity: next(index) }) })
  const to = (name: string, index: number) => ({ ...(next(index) && { [name]: next(index) }) })
  return fc.oneof(
    fc.constant({ EMAIL: { TemplateName: 'mail', ...on() } }),
    fc.constant({ SMS: { TemplateName: 'text', ...on() } }),
    fc.constantFrom('PT1H', 'P1D', 'P3D').map(WaitFor => ({ Wait: { WaitTime: { WaitFor }, ...on() } })),
    fc.integer({ min: 0, max: 100 }).map(Percentage => ({ Holdout: { Percentage, ...on() } })),
    fc.integer({ min: 1, max: 99 }).map(percentage => ({
      RandomSplit: {
        Branches: [
          { Percentage: percentage, ...on() },
          { Percentage: 100 - percentage, ...on(2) },
        ],
      },
    })),
    fc.constant({
      ConditionalSplit: {
        Condition: { Conditions: [{ segmentDimensions: { Attributes: { plan: { Values: ['pro'] } } } }] },
        ...to('TrueActivity', 1),
        ...to('FalseActivity', 2),
      },
    }),
  )
}

const activities = fc.integer({ min: 1, max: 8 }).chain(size => {
  const keys = Array.from({ length: size }, (_, index) => `a${index}`)
  return fc
    .tuple(...keys.map((_, index) => activity(ahead => keys[index + ahead])))
    .map(list => Object.fromEntries(list.map((each, index) => [keys[index]!, each])))
    .map(withoutUnreached)
})

function withoutUnreached(all: Record<string, object>): Record<string, Record<string, unknown>> {
  const reached = new Set(['a0'])
  for (const key of reached) for (const target of targetsOf(all[key]!)) reached.add(target.key)
  return Object.fromEntries([...reached].map(key => [key, all[key] as Record<string, unknown>]))
}

const endpoint = fc.record({
  ChannelType: fc.constantFrom('EMAIL', 'SMS'),
  OptOut: fc.constantFrom('NONE', 'NONE', 'NONE', 'ALL'),
  EndpointStatus: fc.constantFrom('ACTIVE', 'ACTIVE', 'INACTIVE'),
  Attributes: fc.constantFrom({}, { plan: ['pro'] }),
  Demographic: fc.constantFrom({}, { Timezone: 'Asia/Tokyo' }, { Timezone: 'America/New_York' }),
})

const settings = fc.record(
  {
    Limits: fc.record(
      {
        DailyCap: fc.integer({ min: 1, max: 3 }),
        TotalCap: fc.integer({ min: 1, max: 3 }),
        MessagesPerSecond: fc.integer({ min: 1, max: 3 }),
      },
      { requiredKeys: [] },
    ),
    QuietTime: fc.constant({ Start: '20:00', End: '08:00' }),
    WaitForQuietTime: fc.boolean(),
    LocalTime: fc.boolean(),
  },
  { requiredKeys: [] },
)

const sum = (counters: Record<string, string> = {}, names?: (name: string) => boolean): number =>
  Object.entries(counters).reduce(
    (sum, [name, value]) => sum + (names?.(name) === false ? 0 : Number(value)),
    0,
  )

t.test('whatever a journey is, its counters add up, and no endpoint gets more than its limits', async t => {
  const { url } = await startEmulator(t)
  await holds(
    t,
    fc.asyncProperty(
      activities,
      fc.array(endpoint, { maxLength: 12 }),
      settings,
      async (Activities, endpoints, more) => {
        const journeyCase: JourneyCase = {
          name: 'any',
          title: '',
          now: '2027-03-01T09:00:00Z',
          until: 'P60D',
          segments: { all: {} },
          journey: {
            Name: 'any',
            StartActivity: 'a0',
            Activities,
            ...more,
            StartCondition: { SegmentStartCondition: { SegmentId: 'all' } },
          } as JourneyCase['journey'],
          endpoints: endpoints.map((each, index) => ({
            ...each,
            Id: `e${index}`,
            Address: each.ChannelType === 'EMAIL' ? `e${index}@example.com` : `+155512300${10 + index}`,
          })),
          events: [],
          expected: undefined,
        }
        const { metrics, activities: counted, messages, state } = await runJourneyCase(url, journeyCase)
        assert.equal(state, 'COMPLETED')
        const entered = Number(metrics.ENDPOINT_ENTERED ?? 0)
        assert.equal(Number(metrics.ENDPOINT_PRODUCED ?? 0), endpoints.length)
        const refused = sum(
          metrics,
          name => !['ENDPOINT_PRODUCED', 'ENDPOINT_ENTERED', 'ENDPOINT_LEFT'].includes(name),
        )
        assert.equal(entered + refused, endpoints.length, 'each enters, or there is one reason')
        assert.equal(Number(metrics.ENDPOINT_LEFT ?? 0), entered)
        const sent = Object.entries(Activities).filter(([, { EMAIL, SMS }]) => EMAIL ?? SMS)
        assert.equal(
          sent.reduce((all, [key]) => all + Number(counted[key]!.SUCCESS ?? 0), 0),
          messages.length,
        )
        if ('EMAIL' in Activities.a0! || 'SMS' in Activities.a0!) {
          const isReason = (name: string) => name !== 'QUIET_TIME_WAIT_FINISHED'
          assert.equal(sum(counted.a0, isReason), entered, 'each gets one message, or there is one reason')
        }
        for (const { WAIT_STARTED, WAIT_FINISHED } of Object.values(counted)) {
          assert.equal(WAIT_STARTED, WAIT_FINISHED)
        }
        const { DailyCap = Number.POSITIVE_INFINITY, TotalCap = Number.POSITIVE_INFINITY } = more.Limits ?? {}
        for (const [id, ofEndpoint] of Map.groupBy(messages, message => message.split(' ')[1])) {
          const times = ofEndpoint.map(message => Date.parse(message.split(' ')[0]!))
          assert.ok(times.length <= TotalCap, `${id}: TotalCap`)
          for (const time of times) {
            const inADay = times.filter(other => other <= time && other > time - 86_400_000)
            assert.ok(inADay.length <= DailyCap, `${id}: DailyCap`)
          }
        }
      },
    ),
    25,
  )
})
