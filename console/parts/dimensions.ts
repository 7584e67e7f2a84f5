import type { EventDimensions } from '../../server/model/event-filter.ts'
import type {
  AttributeDimension,
  MetricDimension,
  SegmentDimensions,
  SetDimension,
} from '../../server/model/segment-dimensions.ts'

/** Values that are named; of more, only how many there are. */
const maxNamed = 6

/** A condition of a segment. */
export interface Condition {
  words: string
  /** All of its values, where the words do not name each of them. */
  values?: string[] | undefined
}

/** Values in quotation marks. */
export const quoted = (values: readonly string[]): string[] => values.map(value => `“${value}”`)

/** The first of many values, and how many others there are: `“a”, “b” or one of 12 others`. */
function someOf(values: readonly string[], join: 'or one of' | 'and'): string {
  const named = quoted(values.slice(0, maxNamed - 1))
  return `${named.join(', ')} ${join} ${values.length - named.length} others`
}

/** `a`, `a or b`, `a, b or c`, each in quotation marks; `a, b or one of 12 others`. */
function either(values: readonly string[]): string {
  if (values.length > maxNamed) return someOf(values, 'or one of')
  const named = quoted(values)
  const last = named.pop() ?? ''
  return named.length === 0 ? last : `${named.join(', ')} or ${last}`
}

/** `is not a or b`, or `is none of a, b and 12 others`. */
const isNot = (values: readonly string[]): string =>
  values.length > maxNamed ? `is none of ${someOf(values, 'and')}` : `is not ${either(values)}`

const attributeVerbs = {
  INCLUSIVE: 'is',
  CONTAINS: 'contains',
  BEFORE: 'is before',
  AFTER: 'is after',
  ON: 'is on',
}

function attributeWords(name: string, { AttributeType = 'INCLUSIVE', Values }: AttributeDimension): string {
  if (AttributeType === 'BETWEEN') return `${name} is between ${quoted(Values).join(' and ')}`
  if (AttributeType === 'EXCLUSIVE') return `${name} ${isNot(Values)}`
  return `${name} ${attributeVerbs[AttributeType]} ${either(Values)}`
}

const metricSigns: Record<string, string> = {
  GREATER_THAN: '>',
  LESS_THAN: '<',
  GREATER_THAN_OR_EQUAL: '≥',
  LESS_THAN_OR_EQUAL: '≤',
  EQUAL: '=',
}

const metricWords = (name: string, { ComparisonOperator, Value }: MetricDimension): string =>
  `${name} ${metricSigns[ComparisonOperator] ?? ComparisonOperator} ${Value}`

const setWords = (name: string, { DimensionType, Values }: SetDimension): string =>
  `${name} ${DimensionType === 'EXCLUSIVE' ? isNot(Values) : `is ${either(Values)}`}`

const named = <T, Written>(
  of: Record<string, T | undefined> | undefined,
  write: (name: string, value: T) => Written,
): Written[] =>
  Object.entries(of ?? {}).flatMap(([name, value]) => (value === undefined ? [] : [write(name, value)]))

/** Writes a condition with values by the function that writes its words. */
const withValues =
  <T extends { Values: string[] }>(write: (name: string, value: T) => string) =>
  (name: string, value: T): Condition => ({
    words: write(name, value),
    values: value.Values.length > maxNamed ? value.Values : undefined,
  })

/** The conditions of a segment in words; an endpoint must meet all of them. */
export const dimensionWords = (dimensions: SegmentDimensions): string[] =>
  conditionsOf(dimensions).map(({ words }) => words)

/** The conditions of a segment; an endpoint must meet all of them. */
export function conditionsOf(dimensions: SegmentDimensions): Condition[] {
  const { Attributes, Behavior, Demographic, Location, Metrics, UserAttributes } = dimensions
  const { Country, GPSPoint } = Location ?? {}
  const attribute = withValues(attributeWords)
  const set = withValues(setWords)
  const all: Condition[] = [
    ...named(Attributes, attribute),
    ...named(UserAttributes, (name, value) => attribute(`user’s ${name}`, value)),
    ...named(Metrics, (name, value) => ({ words: metricWords(name, value) })),
    ...named(Demographic, set),
    ...named({ Country }, set),
  ]
  if (GPSPoint) {
    const { Coordinates, RangeInKilometers } = GPSPoint
    all.push({
      words: `within ${RangeInKilometers} km of ${Coordinates.Latitude}, ${Coordinates.Longitude}`,
    })
  }
  const { Recency } = Behavior ?? {}
  if (Recency) {
    const { Duration, RecencyType } = Recency
    const length = { HR_24: '24 hours', DAY_7: '7 days', DAY_14: '14 days', DAY_30: '30 days' }[Duration]
    all.push({ words: `${RecencyType === 'ACTIVE' ? 'active' : 'not active'} in the last ${length}` })
  }
  return all
}

/** The events that are meant, in words: `event “purchase”, where item is “book”`. */
export function eventWords({ Attributes, EventType, Metrics }: EventDimensions): string {
  const type = EventType === undefined ? 'any event' : `event ${either(EventType.Values)}`
  const conditions = [...named(Attributes, attributeWords), ...named(Metrics, metricWords)]
  return conditions.length === 0 ? type : `${type}, where ${conditions.join(' and ')}`
}
