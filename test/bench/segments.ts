import type { Bench } from './bench.ts'
import { compareBatches } from './calls.ts'
import { call, timeOf } from './client.ts'
import { columns, endpointRow } from './data-set.ts'
import type { Filled } from './filled.ts'
import { beginTable, milliseconds } from './table.ts'
import { median } from './turns.ts'

const attribute = (name: string, AttributeType: string, ...Values: string[]) => ({
  Attributes: { [name]: { AttributeType, Values } },
})
const userAttribute = (name: string, AttributeType: string, ...Values: string[]) => ({
  UserAttributes: { [name]: { AttributeType, Values } },
})
const metric = (name: string, ComparisonOperator: string, Value: number) => ({
  Metrics: { [name]: { ComparisonOperator, Value } },
})
const recency = (RecencyType: string, Duration: string) => ({
  Behavior: { Recency: { RecencyType, Duration } },
})
const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString()
const someOrder = endpointRow(1234)[columns.indexOf('Attributes.LastOrder')]!
const maxCountries = 'US GB DE FR BR IN ES JP PL MX ZA AU'.split(' ')
const coventry = { Latitude: 52.4, Longitude: -1.5 }

const rareValue = 'equal to a rare value'
const commonValue = 'equal to a common value'
const halfMetric = 'a metric, half'

/**
 * Segments of dimensions: some find many endpoints, some few (less than 1 in 1000) and one none. Each asks
 * for an attribute, a metric or a member that none before it did, since what the emulator prepares for one
 * would make the next faster.
 */
const dimensional: Record<string, object> = {
  [rareValue]: attribute('Plan', 'INCLUSIVE', 'platinum'),
  [commonValue]: attribute('Source', 'INCLUSIVE', 'web'),
  'equal to the value of one endpoint': attribute('LastOrder', 'INCLUSIVE', someOrder),
  'CONTAINS, few, all values different': userAttribute('CustomerNumber', 'CONTAINS', '00123'),
  'CONTAINS, many': userAttribute('FirstName', 'CONTAINS', 'an'),
  'EXCLUSIVE, most': userAttribute('Interests', 'EXCLUSIVE', 'books', 'cooking'),
  'EXCLUSIVE, 1%': { Location: { Country: { DimensionType: 'EXCLUSIVE', Values: maxCountries } } },
  'BETWEEN, a day': attribute('LastSeen', 'BETWEEN', daysAgo(301), daysAgo(300)),
  'BEFORE, half': userAttribute('Birthday', 'BEFORE', '1980-01-01T00:00:00Z'),
  'a metric, few': metric('Spent', 'GREATER_THAN', 1999),
  [halfMetric]: metric('Visits', 'GREATER_THAN_OR_EQUAL', 8),
  'a channel, 1%': { Demographic: { Channel: { Values: ['ADM'] } } },
  'within 50 km of a point': { Location: { GPSPoint: { Coordinates: coventry, RangeInKilometers: 50 } } },
  'active in 7 days': recency('ACTIVE', 'DAY_7'),
  'not active in 30 days': recency('INACTIVE', 'DAY_30'),
  'two dimensions that exclude each other': {
    Demographic: { Platform: { Values: ['iOS'] }, Model: { Values: ['Pixel 9'] } },
  },
}

const sources = (SourceType: string, ...ids: string[]) => ({
  SourceSegments: ids.map(Id => ({ Id })),
  SourceType,
})

/** Segments of groups, from the segment of the import and two of those above. */
const grouped: Record<string, (imported: string, common: string, half: string) => object> = {
  'groups: in the import, of a rare value': imported => ({
    ...sources('ALL', imported),
    Dimensions: [dimensional[rareValue]],
  }),
  'groups: in two segments': (_, common, half) => sources('ALL', common, half),
  'groups: in neither of two segments': (_, common, half) => sources('NONE', common, half),
  'groups: not in the import': imported => sources('NONE', imported),
}

/**
 * The first page of a segment's members when it is first asked for, beside the median of five times after
 * that.
 */
export async function benchSegments(bench: Bench, filled: Filled[]): Promise<void> {
  const addRow = beginTable(bench, 'First page of a segment')
  const created = filled.map((): Record<string, string> => ({}))
  const measure = async (what: string, definitionOf: (build: number) => object) => {
    const pages: string[] = []
    for (const [build, { server, app }] of filled.entries()) {
      const definition = { Name: what, ...definitionOf(build) }
      const { Id } = await call('POST', `${server.url}${app}/segments`, definition)
      created[build]![what] = Id
      pages.push(`${server.url}${app.replace('/v1', '/_pinpoint')}/segments/${Id}/endpoints`)
    }
    const first: number[] = []
    for (const page of pages) first.push(await timeOf('GET', page))
    const again = pages.map((): number[] => [])
    for (let round = 0; round < 5; round++) {
      for (const [build, page] of pages.entries()) again[build]!.push(await timeOf('GET', page))
    }
    const found = (await call('GET', pages[0]!)).items.length
    addRow({
      what,
      measured: first.map(figure => ({ figure })),
      unit: milliseconds,
      note: `again ${again.map(times => milliseconds(median(times))).join(', before ')}; ${found} found`,
      goal: { of: 'figure', atMost: 1000 },
    })
  }
  for (const [what, Dimensions] of Object.entries(dimensional)) await measure(what, () => ({ Dimensions }))
  for (const [what, groupOf] of Object.entries(grouped)) {
    await measure(what, build => {
      const { [commonValue]: common, [halfMetric]: half } = created[build]!
      return { SegmentGroups: { Groups: [groupOf(filled[build]!.segmentId, common!, half!)] } }
    })
  }
  addRow(await compareBatches(bench, filled, 'UpdateEndpointsBatch after all these, endpoints', 'late'))
}
