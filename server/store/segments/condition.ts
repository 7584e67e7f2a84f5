import type {
  AttributeDimension,
  GPSPointDimension,
  RecencyDimension,
  SegmentDimensions,
  SegmentGroupList,
  SetDimension,
} from '../../model/segment-dimensions.ts'

/** A condition on an endpoint: SQL over `e`, a row with the columns of `endpoints`, and its parameters. */
export interface Condition {
  sql: string
  params: unknown[]
}

/** What a condition is made with. */
export interface ConditionContext {
  /** ISO 8601; what recency is counted back from. */
  now: string
  /** The condition of being in a segment that a group names as its source. */
  ofSegment: (id: string, version: number | undefined) => Condition
}

/** The condition that every endpoint meets, and the one that none does. */
export const all: Condition = { sql: '1', params: [] }
export const none: Condition = { sql: '0', params: [] }

/** Meets all conditions; every endpoint does where there are none. */
const allOf = (conditions: Condition[]): Condition => join(conditions, ' AND ')

/** Meets one condition or more; every endpoint does where there are none. */
const anyOf = (conditions: Condition[]): Condition => join(conditions, ' OR ')

const not = ({ sql, params }: Condition): Condition => ({ sql: `NOT coalesce(${sql}, 0)`, params })

function join(conditions: Condition[], operator: string): Condition {
  if (conditions.length === 0) return all
  return {
    sql: `(${conditions.map(({ sql }) => sql).join(operator)})`,
    params: conditions.flatMap(({ params }) => params),
  }
}

/** ALL, ANY and NONE, of sources, dimensions and groups alike; ALL where nothing is said (assumed). */
function combine(how: 'ALL' | 'ANY' | 'NONE' | undefined, conditions: Condition[]): Condition {
  if (how === 'ANY') return anyOf(conditions)
  return how === 'NONE' ? not(anyOf(conditions)) : allOf(conditions)
}

/** In a segment made of groups: each joins its source segments and its dimensions (source: API reference). */
export function conditionOfGroups(
  { Groups = [], Include }: SegmentGroupList,
  context: ConditionContext,
): Condition {
  const groups = Groups.map(({ SourceSegments = [], SourceType, Dimensions = [], Type }) =>
    allOf([
      ...(SourceSegments.length === 0
        ? []
        : [
            combine(
              SourceType,
              SourceSegments.map(({ Id, Version }) => context.ofSegment(Id!, Version)),
            ),
          ]),
      ...(Dimensions.length === 0
        ? []
        : [
            combine(
              Type,
              Dimensions.map(dimensions => conditionOfDimensions(dimensions, context)),
            ),
          ]),
    ]),
  )
  return combine(Include, groups)
}

/** In a segment of dimensions: all of them must be met, and of the values of one, any (assumed). */
export function conditionOfDimensions(
  { Attributes, UserAttributes, Metrics, Demographic, Location, Behavior }: SegmentDimensions,
  { now }: ConditionContext,
): Condition {
  const conditions: Condition[] = []
  for (const [name, dimension] of Object.entries(Attributes ?? {})) {
    conditions.push(attributeCondition('Attribute', name, dimension))
  }
  for (const [name, dimension] of Object.entries(UserAttributes ?? {})) {
    conditions.push(attributeCondition('UserAttribute', name, dimension))
  }
  for (const [name, { ComparisonOperator, Value }] of Object.entries(Metrics ?? {})) {
    const where = `candidate.value ${operators[ComparisonOperator!]} ?`
    conditions.push({
      sql: `EXISTS (SELECT 1 FROM json_each(e.metrics) candidate WHERE candidate.key = ? AND ${where})`,
      params: [name, Value],
    })
  }
  const { Channel, DeviceType, Platform, AppVersion, Make, Model } = Demographic ?? {}
  if (Channel) conditions.push(setCondition('e.channel_type', Channel))
  // An endpoint has no device type, so nobody has one of those that are asked for (assumed).
  if (DeviceType) conditions.push(DeviceType.DimensionType === 'EXCLUSIVE' ? all : none)
  for (const [name, dimension] of Object.entries({ Platform, AppVersion, Make, Model })) {
    if (dimension) conditions.push(setCondition(`e.demographic ->> '${name}'`, dimension))
  }
  if (Location?.Country) {
    conditions.push(setCondition(`e.location ->> 'Country'`, Location.Country))
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

/** A comparison of values: SQL on `candidate.value`. */
interface Comparison {
  where: string
  params: unknown[]
}

const isOneOf = (values: string[]): Comparison => ({
  where: 'candidate.value IN (SELECT value FROM json_each(?))',
  params: [JSON.stringify(values)],
})

/** Any number of values is one parameter, since SQLite allows 32,766 in a query. One value by itself is faster. */
const containsOneOf = (values: string[]): Comparison =>
  values.length === 1
    ? { where: 'instr(candidate.value, ?)', params: values }
    : {
        where: 'EXISTS (SELECT 1 FROM json_each(?) AS part WHERE instr(candidate.value, part.value))',
        params: [JSON.stringify(values)],
      }

/** Comparisons of times, in days (source: API reference). */
const comparisonsOfTimes: Record<string, string> = {
  BEFORE: 'candidate.value < julianday(?)',
  AFTER: 'candidate.value > julianday(?)',
  ON: 'candidate.value >= julianday(date(?)) AND candidate.value < julianday(date(?)) + 1',
  BETWEEN: 'candidate.value BETWEEN julianday(?) AND julianday(?)',
}

function attributeCondition(
  map: 'Attribute' | 'UserAttribute',
  name: string,
  { AttributeType = 'INCLUSIVE', Values }: AttributeDimension,
): Condition {
  if (AttributeType === 'EXCLUSIVE') {
    return not(attributeCondition(map, name, { AttributeType: 'INCLUSIVE', Values }))
  }
  const column = map === 'Attribute' ? 'e.attributes' : 'e.user_attributes'
  const values = `json_each(${column}) attribute, json_each(attribute.value)`
  const comparesTimes = comparisonsOfTimes[AttributeType]
  if (comparesTimes !== undefined) {
    const times = AttributeType === 'ON' ? [Values![0], Values![0]] : Values!
    return {
      sql: `EXISTS (SELECT 1 FROM (
          SELECT ${daysOf('v.value')} AS value FROM ${values} v WHERE attribute.key = ?
        ) candidate WHERE ${comparesTimes})`,
      params: [name, ...times],
    }
  }
  const comparison = AttributeType === 'CONTAINS' ? containsOneOf(Values!) : isOneOf(Values!)
  return {
    sql: `EXISTS (SELECT 1 FROM ${values} candidate WHERE attribute.key = ? AND ${comparison.where})`,
    params: [name, ...comparison.params],
  }
}

/** When a text is, in days; NULL where it is no time. `now`, which is one to SQLite, is none. */
const daysOf = (text: string) => `CASE WHEN ${text} GLOB '[0-9-]*' THEN julianday(${text}) END`

/** @param value SQL that gives the endpoint's one value */
function setCondition(value: string, { DimensionType, Values }: SetDimension): Condition {
  const comparison = isOneOf(Values!)
  const inclusive: Condition = {
    sql: comparison.where.replace('candidate.value', value),
    params: comparison.params,
  }
  return DimensionType === 'EXCLUSIVE' ? not(inclusive) : inclusive
}

/** The radius of the earth, in kilometers. */
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
  return {
    sql: `${2 * earthRadius} * asin(min(1, sqrt(
        pow(sin(radians((e.location ->> 'Latitude') - (${latitude})) / 2), 2)
        + cos(radians(${latitude})) * cos(radians(e.location ->> 'Latitude'))
          * pow(sin(radians((e.location ->> 'Longitude') - (${longitude})) / 2), 2)))) <= ${range}`,
    params: [],
  }
}

/** Days of each duration (source: model). */
const durations: Record<string, number> = { HR_24: 1, DAY_7: 7, DAY_14: 14, DAY_30: 30 }

/** Active, or not, in the last days: an endpoint was active last when it was written last (assumed). */
function recencyCondition({ Duration, RecencyType }: RecencyDimension, now: string): Condition {
  const operator = RecencyType === 'ACTIVE' ? '>=' : '<'
  const params = [now, durations[Duration!]]
  return {
    // SQLite counts milliseconds in julianday in the same way.
    sql: `iif(typeof(e.effective_date) = 'integer', (e.effective_date + 210866760000000) / 86400000.0,
      julianday(e.effective_date)) ${operator} julianday(?) - ?`,
    params,
  }
}

/** In an imported segment: named by its file, or of a user that the file names. */
export function conditionOfImport(job: number): Condition {
  return {
    sql: `(e.defined_by IS ? OR e.defined_by IS NULL AND (
      e.seq <= coalesce((
        SELECT m.last FROM import_members m WHERE m.job = ? AND m.first <= e.seq ORDER BY m.first DESC LIMIT 1), 0)
      OR EXISTS (SELECT 1 FROM import_user_members u WHERE u.job = ? AND u.user_id = e.user_id)))`,
    params: [job, job, job],
  }
}

/** In a source segment: its condition is evaluated once for each row, however many others ask for it. */
export const conditionOfSource = (column: string): Condition => ({ sql: `e.${column}`, params: [] })
