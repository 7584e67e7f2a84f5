import { call, median, report, timeOf } from './bench.ts'
import { benchBatches } from './calls.ts'
import type { Filled } from './filled.ts'

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString()
const attribute = (name: string, AttributeType: string, ...Values: string[]) => ({
  Attributes: { [name]: { AttributeType, Values } },
})
const metric = (name: string, ComparisonOperator: string, Value: number) => ({
  Metrics: { [name]: { ComparisonOperator, Value } },
})
const demographic = (name: string, ...Values: string[]) => ({ Demographic: { [name]: { Values } } })
const country = (DimensionType: string, ...Values: string[]) => ({
  Location: { Country: { DimensionType, Values } },
})
const near = (RangeInKilometers: number) => ({
  Location: { GPSPoint: { Coordinates: { Latitude: 51.5, Longitude: -0.1 }, RangeInKilometers } },
})
const recency = (RecencyType: string, Duration: string) => ({
  Behavior: { Recency: { RecencyType, Duration } },
})

/** Dimensions by kind, each where it finds many and where it finds few. */
const kinds: [what: string, dimensions: object][] = [
  ['INCLUSIVE, few', attribute('Plan', 'INCLUSIVE', 'platinum')],
  ['INCLUSIVE, 5%', attribute('Plan', 'INCLUSIVE', 'pro')],
  ['INCLUSIVE, 95%', attribute('Plan', 'INCLUSIVE', 'free')],
  ['INCLUSIVE, one', attribute('Order', 'INCLUSIVE', 'order-7919')],
  ['EXCLUSIVE, 95%', attribute('Plan', 'EXCLUSIVE', 'pro')],
  ['EXCLUSIVE, few', attribute('Plan', 'EXCLUSIVE', 'free', 'pro')],
  ['CONTAINS, 3 values, few', attribute('Plan', 'CONTAINS', 'plat')],
  ['CONTAINS, 2000 values', attribute('City', 'CONTAINS', 'Bath-77')],
  ['CONTAINS, all different, many', attribute('Order', 'CONTAINS', '77')],
  ['CONTAINS, all different, few', attribute('Order', 'CONTAINS', 'order-12345')],
  ['BEFORE, 50%', attribute('Signup', 'BEFORE', daysAgo(1500))],
  ['BEFORE, few', attribute('Signup', 'BEFORE', daysAgo(2999.9))],
  ['AFTER, 50%', attribute('Signup', 'AFTER', daysAgo(1500))],
  ['AFTER, few', attribute('Signup', 'AFTER', daysAgo(0.2))],
  ['ON', attribute('Signup', 'ON', daysAgo(1500))],
  ['BETWEEN, 10 days', attribute('Signup', 'BETWEEN', daysAgo(1510), daysAgo(1500))],
  [
    'a user attribute, ON',
    { UserAttributes: { Born: { AttributeType: 'ON', Values: ['1981-12-05T00:00:00Z'] } } },
  ],
  ['a metric, 50%', metric('Score', 'GREATER_THAN', 50)],
  ['a metric, 0.1%', metric('Score', 'GREATER_THAN', 99.8)],
  ['a channel, 2%', demographic('Channel', 'SMS')],
  ['a make, 20%', demographic('Make', 'Echo')],
  ['a country, 0.1%', country('INCLUSIVE', 'IS')],
  ['all countries but one', country('EXCLUSIVE', 'GB')],
  ['near a point, 50 km', near(50)],
  ['near a point, 1000 km', near(1000)],
  ['active in a day', recency('ACTIVE', 'HR_24')],
  ['not active in a month', recency('INACTIVE', 'DAY_30')],
  ['two of 5% and of 2%', { ...attribute('Plan', 'INCLUSIVE', 'pro'), ...demographic('Channel', 'SMS') }],
  ['two that nobody meets', { ...attribute('Plan', 'INCLUSIVE', 'pro'), ...demographic('Make', 'Bolt') }],
]

/** Groups that join dimensions to the segment of the import. */
const groups = (Id: string): [what: string, groups: object][] => {
  const sources = (SourceType: string, dimensions?: object) => ({
    SourceSegments: [{ Id }],
    SourceType,
    ...(dimensions && { Dimensions: [dimensions] }),
  })
  const few = attribute('Plan', 'INCLUSIVE', 'platinum')
  return [
    ['ALL of an import', { Groups: [sources('ALL')] }],
    ['ALL of an import, and few', { Groups: [sources('ALL', few)] }],
    ['ANY of an import and few', { Groups: [sources('ALL'), { Dimensions: [few] }], Include: 'ANY' }],
    ['NONE of an import', { Groups: [sources('NONE')] }],
  ]
}

/**
 * The first page of a segment's members, by kind. The yardstick is a page of the import's own segment, whose members are
 * kept and not looked for; that of the first ask, which makes the index, is the import. Writes have to keep the index true from then on.
 */
export async function benchSegments({ server, app, segmentId, importMs }: Filled): Promise<void> {
  const pageOf = (id: string) => `${server.url}/_pinpoint${app.slice('/v1'.length)}/segments/${id}/endpoints`
  const indexing: [what: string, milliseconds: number][] = []
  for (const [what, definition] of [
    ...kinds.map(([what, Dimensions]): [string, object] => [what, { Dimensions }]),
    ...groups(segmentId).map(([what, SegmentGroups]): [string, object] => [what, { SegmentGroups }]),
  ]) {
    const { Id } = await call('POST', `${server.url}${app}/segments`, { Name: what, ...definition })
    const first = await timeOf('GET', pageOf(Id))
    const ours: number[] = []
    const theirs: number[] = []
    for (let round = 0; round < 15; round++) {
      theirs.push(await timeOf('GET', pageOf(segmentId)))
      ours.push(await timeOf('GET', pageOf(Id)))
    }
    report(`members: ${what}`, median(ours), median(theirs), { of: 'a page of the import' })
    if (first > 10 * median(ours) && first > 500) indexing.push([what, first])
  }
  for (const [what, milliseconds] of indexing) {
    report(`first ask: ${what}`, milliseconds, importMs, { of: 'the import' })
  }
  await benchBatches({ server, app }, 'with all that in the index')
}
