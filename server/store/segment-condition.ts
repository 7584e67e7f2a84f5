import type {
  AttributeDimension,
  GPSPointDimension,
  RecencyDimension,
  SegmentDimensions,
  SegmentGroupList,
  SetDimension,
} from '../shapes/segment-dimensions.ts'
import type { TermLookup } from './endpoint-terms.ts'

/**
 * A condition on an endpoint: SQL over `e`, a row with the columns of `endpoints`, which holds or not for each endpoint
 * by itself; and where the endpoints that meet it can be looked for without going through all of them.
 */
export interface Condition {
  sql: string
  params: unknown[]
  /** Undefined: anywhere. */
  cover: Cover | undefined
}

/** Where all endpoints are that meet a condition: behind a lookup, behind any one of several covers, or behind all. */
export type Cover = { lookup: Lookup } | { oneOf: Cover[] } | { allOf: Cover[] }

export type Lookup = TermLookup | { job: number }

/** What a condition is made with. */
export interface Surroundings {
  /** ISO 8601; what recency is counted back from. */
  now: string
  /** The condition of being in a segment that a group names as its source. */
  ofSegment: (id: string, version: number | undefined) => Condition
}

export const everybody: Condition = { sql: '1', params: [], cover: undefined }

export const nobody: Condition = { sql: '0', params: [], cover: { allOf: [] } }

/** Meets all conditions; nothing to meet is met by everybody. */
function allOf(conditions: Condition[]): Condition {
  if (conditions.length === 0) return everybody
  const covers = conditions.flatMap(({ cover }) => cover ?? [])
  return { ...joined(conditions, ' AND '), cover: covers.length > 0 ? { oneOf: covers } : undefined }
}

/** Meets one condition or more. */
function anyOf(conditions: Condition[]): Condition {
  if (conditions.length === 0) return everybody
  const covers = conditions.map(({ cover }) => cover)
  const isCovered = covers.every(cover => cover !== undefined)
  return { ...joined(conditions, ' OR '), cover: isCovered ? { allOf: covers } : undefined }
}

function not({ sql, params }: Condition): Condition {
  return { sql: `NOT coalesce(${sql}, 0)`, params, cover: undefined }
}

const joined = (conditions: Condition[], by: string) => ({
  sql: `(${conditions.map(({ sql }) => sql).join(by)})`,
  params: conditions.flatMap(({ params }) => params),
})

/** ALL, ANY and NONE, of sources, dimensions and groups alike; ALL where nothing is said (assumed). */
function combine(how: 'ALL' | 'ANY' | 'NONE' | undefined, conditions: Condition[]): Condition {
  if (how === 'ANY') return anyOf(conditions)
  return how === 'NONE' ? not(anyOf(conditions)) : allOf(conditions)
}

/** In a segment made of groups: each joins its source segments and its dimensions (source: API reference). */
export function conditionOfGroups(
  { Groups = [], Include }: SegmentGroupList,
  surroundings: Surroundings,
): Condition {
  const groups = Groups.map(({ SourceSegments = [], SourceType, Dimensions = [], Type }) =>
    allOf([
      ...(SourceSegments.length === 0
        ? []
        : [
            combine(
              SourceType,
              SourceSegments.map(({ Id, Version }) => surroundings.ofSegment(Id!, Version)),
            ),
          ]),
      ...(Dimensions.length === 0
        ? []
        : [
            combine(
              Type,
              Dimensions.map(dimensions => conditionOfDimensions(dimensions, surroundings)),
            ),
          ]),
    ]),
  )
  return combine(Include, groups)
}

/** In a segment of dimensions: all of them must be met, and of the values of one, any (assumed). */
export function conditionOfDimensions(
  { Attributes, UserAttributes, Metrics, Demographic, Location, Behavior }: SegmentDimensions,
  { now }: Surroundings,
): Condition {
  const conditions: Condition[] = []
  for (const [name, dimension] of Object.entries(Attributes ?? {})) {
    conditions.push(attributeCondition('attributes', `Attributes.${name}`, name, dimension))
  }
  for (const [name, dimension] of Object.entries(UserAttributes ?? {})) {
    conditions.push(attributeCondition('user_attributes', `UserAttributes.${name}`, name, dimension))
  }
  for (const [name, { ComparisonOperator, Value }] of Object.entries(Metrics ?? {})) {
    const where = `candidate.value ${operators[ComparisonOperator!]} ?`
    conditions.push({
      sql: `EXISTS (SELECT 1 FROM json_each(e.metrics) candidate WHERE candidate.key = ? AND ${where})`,
      params: [name, Value],
      cover: { lookup: { dimension: `Metrics.${name}`, where, params: [Value] } },
    })
  }
  const { Channel, DeviceType, Platform, AppVersion, Make, Model } = Demographic ?? {}
  if (Channel) conditions.push(setCondition('e.channel_type', 'ChannelType', Channel))
  // An endpoint has no device type, so nobody has one of those that are asked for (assumed).
  if (DeviceType) conditions.push(DeviceType.DimensionType === 'EXCLUSIVE' ? everybody : nobody)
  for (const [name, dimension] of Object.entries({ Platform, AppVersion, Make, Model })) {
    if (dimension)
      conditions.push(setCondition(`e.demographic ->> '${name}'`, `Demographic.${name}`, dimension))
  }
  if (Location?.Country) {
    conditions.push(setCondition(`e.location ->> 'Country'`, 'Location.Country', Location.Country))
  }
  if (Location?.GPSPoint) conditions.push(nearbyCondition(Location.GPSPoint))
  if (Behavior?.Recency) conditions.push(recencyCondition(Behavior.Recency, now))
  return allOf(conditions)
}

const operators: Record<string, string> = {
  GREATER_THAN: '>',
  LESS_THAN: '<',
  GREATER_THAN_OR_EQUAL: '>=',
  LESS_THAN_OR_EQUAL: '<=',
  EQUAL: '=',
}

/** How a value is compared with those of an attribute dimension (source: API reference). */
const comparisons: Record<string, (values: string[]) => { where: string; params: unknown[] }> = {
  INCLUSIVE: values => isOneOf(values),
  CONTAINS: values => ({
    where: `EXISTS (SELECT 1 FROM json_each(?) AS part WHERE instr(candidate.value, part.value) > 0)`,
    params: [JSON.stringify(values)],
  }),
  BEFORE: ([date]) => ({ where: 'julianday(candidate.value) < julianday(?)', params: [date] }),
  AFTER: ([date]) => ({ where: 'julianday(candidate.value) > julianday(?)', params: [date] }),
  ON: ([date]) => ({ where: 'date(candidate.value) = date(?)', params: [date] }),
  BETWEEN: ([from, to]) => ({
    where: 'julianday(candidate.value) BETWEEN julianday(?) AND julianday(?)',
    params: [from, to],
  }),
}

const isOneOf = (values: string[]) => ({
  where: 'candidate.value IN (SELECT value FROM json_each(?))',
  params: [JSON.stringify(values)],
})

function attributeCondition(
  column: 'attributes' | 'user_attributes',
  dimension: string,
  name: string,
  { AttributeType = 'INCLUSIVE', Values }: AttributeDimension,
): Condition {
  if (AttributeType === 'EXCLUSIVE') {
    return not(attributeCondition(column, dimension, name, { AttributeType: 'INCLUSIVE', Values }))
  }
  const { where, params } = comparisons[AttributeType]!(Values!)
  return {
    sql: `EXISTS (SELECT 1 FROM json_each(e.${column}) attribute, json_each(attribute.value) candidate
      WHERE attribute.key = ? AND ${where})`,
    params: [name, ...params],
    cover: { lookup: { dimension, where, params } },
  }
}

/** @param value SQL that gives the endpoint's one value */
function setCondition(value: string, dimension: string, { DimensionType, Values }: SetDimension): Condition {
  const { where, params } = isOneOf(Values!)
  const inclusive: Condition = {
    sql: where.replace('candidate.value', value),
    params,
    cover: { lookup: { dimension, where, params } },
  }
  return DimensionType === 'EXCLUSIVE' ? not(inclusive) : inclusive
}

/** Kilometers of one degree of latitude, and the radius of the earth that goes with it. */
const kilometersPerDegree = 111.195
const earthRadius = 6371

/**
 * Within so many kilometers of a point, as the crow flies. Endpoints keep their coordinates with one decimal, some
 * eleven kilometers, and so without a range those at the rounded point itself are meant (assumed).
 */
function nearbyCondition({ Coordinates, RangeInKilometers = 0 }: GPSPointDimension): Condition {
  const roundIfNoRange = (degrees: number) =>
    RangeInKilometers === 0 ? Math.round(degrees * 10) / 10 : degrees
  const latitude = roundIfNoRange(Coordinates!.Latitude!)
  const longitude = roundIfNoRange(Coordinates!.Longitude!)
  // A meter more, for what is lost in calculating.
  const range = RangeInKilometers + 0.001
  const reach = range / kilometersPerDegree
  return {
    sql: `${2 * earthRadius} * asin(min(1, sqrt(
        pow(sin(radians((e.location ->> 'Latitude') - ?) / 2), 2)
        + cos(radians(?)) * cos(radians(e.location ->> 'Latitude'))
          * pow(sin(radians((e.location ->> 'Longitude') - ?) / 2), 2)))) <= ?`,
    params: [latitude, latitude, longitude, range],
    cover: {
      lookup: {
        dimension: 'Location.Latitude',
        where: 'candidate.value BETWEEN ? AND ?',
        params: [latitude - reach, latitude + reach],
      },
    },
  }
}

/** Days of each duration (source: model). */
const durations: Record<string, number> = { HR_24: 1, DAY_7: 7, DAY_14: 14, DAY_30: 30 }

/** Active, or not, in the last days: an endpoint was active last when it was written last (assumed). */
function recencyCondition({ Duration, RecencyType }: RecencyDimension, now: string): Condition {
  const operator = RecencyType === 'ACTIVE' ? '>=' : '<'
  const params = [now, durations[Duration!]]
  return {
    sql: `julianday(e.effective_date) ${operator} julianday(?) - ?`,
    params,
    cover: {
      lookup: { dimension: 'EffectiveDate', where: `candidate.value ${operator} julianday(?) - ?`, params },
    },
  }
}

/** In an imported segment: named by its file, or of a user that the file names. */
export const conditionOfImport = (job: number): Condition => ({
  sql: `(e.defined_by IS ? OR e.defined_by IS NULL AND (
      EXISTS (SELECT 1 FROM import_members m WHERE m.job = ? AND m.endpoint_id = e.id AND m.definition IS NULL)
      OR EXISTS (SELECT 1 FROM import_user_members u WHERE u.job = ? AND u.user_id = e.user_id)))`,
  params: [job, job, job],
  cover: { lookup: { job } },
})
