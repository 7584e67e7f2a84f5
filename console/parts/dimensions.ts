import type { EventDimensions } from '../../server/model/event-filter.ts'
import type {
  AttributeDimension,
  MetricDimension,
  SegmentDimensions,
  SetDimension,
} from '../../server/model/segment-dimensions.ts'

/** Values that are named; of more, only how many there are. */
export const maxNamed = 6

/** `a`, `a or b`, `a, b or c`, each in quotation marks; `a, b or 12 more`. */
function either(values: readonly string[]): string {
  const quoted = values.map(value => `“${value}”`)
  const named = quoted.length > maxNamed ? quoted.slice(0, maxNamed - 1) : quoted.slice(0, -1)
  const last = quoted.length > maxNamed ? `${quoted.length - named.length} more` : quoted.at(-1)
  return named.length === 0 ? (last ?? '') : `${named.join(', ')} or ${last}`
}

const attributeVerbs: Record<NonNullable<AttributeDimension['AttributeType']>, string> = {
  INCLUSIVE: 'is',
  EXCLUSIVE: 'is not',
  CONTAINS: 'contains',
  BEFORE: 'is before',
  AFTER: 'is after',
  ON: 'is on',
  BETWEEN: 'is between',
}

const attributeWords = (name: string, { AttributeType = 'INCLUSIVE', Values }: AttributeDimension): string =>
  AttributeType === 'BETWEEN'
    ? `${name} is between ${Values.map(value => `“${value}”`).join(' and ')}`
    : `${name} ${attributeVerbs[AttributeType]} ${either(Values)}`

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
  `${name} ${DimensionType === 'EXCLUSIVE' ? 'is not' : 'is'} ${either(Values)}`

const named = <T>(of: Record<string, T | undefined> | undefined, write: (name: string, value: T) => string) =>
  Object.entries(of ?? {}).flatMap(([name, value]) => (value === undefined ? [] : [write(name, value)]))

/** The conditions of a segment in words; an endpoint must meet all of them. */
export function dimensionWords(dimensions: SegmentDimensions): string[] {
  const { Attributes, Behavior, Demographic, Location, Metrics, UserAttributes } = dimensions
  const { Country, GPSPoint } = Location ?? {}
  const words = [
    ...named(Attributes, attributeWords),
    ...named(UserAttributes, (name, value) => attributeWords(`user’s ${name}`, value)),
    ...named(Metrics, metricWords),
    ...named(Demographic, setWords),
    ...named({ Country }, setWords),
  ]
  if (GPSPoint) {
    const { Coordinates, RangeInKilometers } = GPSPoint
    words.push(`within ${RangeInKilometers} km of ${Coordinates.Latitude}, ${Coordinates.Longitude}`)
  }
  const { Recency } = Behavior ?? {}
  if (Recency) {
    const { Duration, RecencyType } = Recency
    const length = { HR_24: '24 hours', DAY_7: '7 days', DAY_14: '14 days', DAY_30: '30 days' }[Duration]
    words.push(`${RecencyType === 'ACTIVE' ? 'active' : 'not active'} in the last ${length}`)
  }
  return words
}

/** The events that are meant, in words: `event “purchase”, where item is “book”`. */
export function eventWords({ Attributes, EventType, Metrics }: EventDimensions): string {
  const type = EventType === undefined ? 'any event' : `event ${either(EventType.Values)}`
  const conditions = [...named(Attributes, attributeWords), ...named(Metrics, metricWords)]
  return conditions.length === 0 ? type : `${type}, where ${conditions.join(' and ')}`
}
