import t from 'tap'
import { matchesDimensions, matchesFilter } from '../../server/audience/event-filter.ts'
import type { EventDimensions } from '../../server/model/event-filter.ts'

const event = {
  EventType: 'buy',
  Attributes: { plan: 'pro', at: '2027-03-01T10:00:00Z', day: '2027-03-01' },
  Metrics: { price: 5 },
}
const matches = (dimensions: EventDimensions) => matchesDimensions(dimensions, event)
const attribute = (name: string, AttributeType: string, ...Values: string[]) =>
  matches({ Attributes: { [name]: { AttributeType: AttributeType as 'BEFORE', Values } } })
const metric = (ComparisonOperator: string, Value: number, name = 'price') =>
  matches({ Metrics: { [name]: { ComparisonOperator, Value } } })

t.test('types, attributes and metrics must all match, each by any of its values', async t => {
  t.ok(matches({}))
  t.ok(matches({ EventType: { Values: ['look', 'buy'] } }))
  t.notOk(matches({ EventType: { Values: ['look'] } }))
  t.notOk(matches({ EventType: { DimensionType: 'EXCLUSIVE', Values: ['buy'] } }))
  t.ok(matches({ EventType: { DimensionType: 'EXCLUSIVE', Values: ['look'] } }))
  t.ok(matches({ Attributes: { plan: { Values: ['free', 'pro'] } } }))
  t.notOk(matches({ EventType: { Values: ['buy'] }, Attributes: { plan: { Values: ['free'] } } }))
})

t.test('attributes are compared as texts and as times', async t => {
  t.notOk(attribute('plan', 'EXCLUSIVE', 'pro'))
  t.ok(attribute('plan', 'EXCLUSIVE', 'free'))
  t.ok(attribute('plan', 'CONTAINS', 'x', 'r'))
  t.ok(attribute('at', 'BEFORE', '2027-03-01T10:00:01Z'))
  t.notOk(attribute('at', 'BEFORE', '2027-03-01T10:00:00Z'))
  t.ok(attribute('at', 'AFTER', '2027-03-01T09:59:59+00:00'))
  t.ok(attribute('at', 'ON', '2027-03-01T23:00:00Z'))
  t.ok(attribute('day', 'ON', '2027-03-01'))
  t.notOk(attribute('at', 'ON', '2027-03-02'))
  t.ok(attribute('at', 'BETWEEN', '2027-03-01T10:00:00Z', '2027-03-02T00:00:00Z'))
  t.ok(attribute('at', 'ON', '2027-03-01T10:00:00+0000'), 'a zone without a colon')
  t.notOk(attribute('plan', 'BEFORE', '2027-03-01T10:00:01Z'), 'no time')
})

t.test('metrics are compared by each operator', async t => {
  t.ok(metric('GREATER_THAN', 4) && metric('GREATER_THAN_OR_EQUAL', 5) && metric('EQUAL', 5))
  t.ok(metric('LESS_THAN', 6) && metric('LESS_THAN_OR_EQUAL', 5))
  t.notOk(metric('GREATER_THAN', 5) || metric('LESS_THAN', 5) || metric('EQUAL', 4))
})

t.test('an attribute or metric that the event lacks matches no filter, whatever the operator', async t => {
  t.notOk(attribute('other', 'EXCLUSIVE', 'x'))
  t.notOk(attribute('constructor', 'CONTAINS', 'a'))
  t.notOk(metric('LESS_THAN', 1, 'other'))
})

t.test("a filter is for PutEvents, or for Pinpoint's own events", async t => {
  const Dimensions = { EventType: { Values: ['buy'] } }
  t.ok(matchesFilter({ FilterType: 'ENDPOINT', Dimensions }, event))
  t.notOk(matchesFilter({ FilterType: 'SYSTEM', Dimensions }, event))
  t.ok(matchesFilter({ FilterType: 'SYSTEM', Dimensions }, event, 'SYSTEM'))
})
