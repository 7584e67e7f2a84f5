import type { Database } from 'better-sqlite3'
import { readInstant } from '../../model/iso-time.ts'
import type {
  AttributeDimension,
  AttributeType,
  GPSPointDimension,
  RecencyDimension,
  SegmentDimensions,
  SegmentGroupList,
  SetDimension,
} from '../../model/segment-dimensions.ts'
import { fitsTime, type TimeComparison } from '../../model/time-comparison.ts'

/**
 * A condition on an endpoint: SQL on `e`, and its parameters. `e` has the columns of `endpoints`. Where it is
 * what an import defines without registering it, `seq` and `registered_user` are the row and the user of the
 * endpoint that is registered with its id; NULL where there is none.
 */
export interface Condition {
  sql: string
  params: unknown[]
}

/** What conditions depend on. */
export interface ConditionContext {
  /** ISO 8601, to which the recency dimension is relative. */
  now: string
  /**
   * The condition of being a member of a source segment.
   *
   * @param isExcluded whether the segment has those who are not members of it
   */
  ofSegment: (id: string, version: number | undefined, isExcluded: boolean) => Condition
}

/** Conditions that all endpoints meet, and none. */
export const all: Condition = { sql: '1', params: [] }
export const none: Condition = { sql: '0', params: [] }

/** All conditions are met, as they are if there are none. */
const allOf = (conditions: Condition[]): Condition => join(conditions, ' AND ')

/** At least one condition is met, or there are none. */
const anyOf = (conditions: Condition[]): Condition => join(conditions, ' OR ')

const not = ({ sql, params }: Condition): Condition => ({ sql: `NOT coalesce(${sql}, 0)`, params })

function join(conditions: Condition[], operator: string): Condition {
  if (conditions.length === 0) return all
  return {
    sql: `(${conditions.map(({ sql }) => sql).join(operator)})`,
    params: conditions.flatMap(({ params }) => params),
  }
}

/** Combines sources, dimensions or groups by ALL, ANY or NONE; ALL by default (assumed). */
function combine(how: 'ALL' | 'ANY' | 'NONE' | undefined, conditions: Condition[]): Condition {
  if (how === 'ANY') return anyOf(conditions)
  return how === 'NONE' ? not(anyOf(conditions)) : allOf(conditions)
}

/**
 * The members of a segment of groups. Within a group, both its sources and its dimensions must fit
 * (source: API reference).
 */
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
              SourceSegments.map(({ Id, Version }) =>
                context.ofSegment(Id!, Version, (SourceType === 'NONE') !== (Include === 'NONE')),
              ),
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

/** The members of a segment of dimensions: all must be met, each by any of its values (assumed). */
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
  // An endpoint has no device type, so it never has one of the wanted types (assumed).
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

/** A comparison of a value: SQL on `candidate.value`. */
interface Comparison {
  where: string
  params: unknown[]
}

const isOneOf = (values: string[]): Comparison => ({
  where: 'candidate.value IN (SELECT value FROM json_each(?))',
  params: [JSON.stringify(values)],
})

/**
 * All values are one parameter, as SQLite allows no more than 32,766. A single value is faster by
 * itself.
 */
const containsOneOf = (values: string[]): Comparison =>
  values.length === 1
    ? { where: 'instr(candidate.value, ?)', params: values }
    : {
        where: 'EXISTS (SELECT 1 FROM json_each(?) AS part WHERE instr(candidate.value, part.value))',
        params: [JSON.stringify(values)],
      }

/** @param values times as `checkAttribute` accepts them */
const isTime = (how: TimeComparison, values: string[]): Comparison => {
  const [first, last = first] = values.map(value => readInstant(value))
  return { where: 'fits_time(?, candidate.value, ?, ?)', params: [how, first, last] }
}

/**
 * Prepares a connection for conditions. Times are read as everywhere: SQLite would take numbers and times
 * without a date for times, and knows no zone without a colon.
 */
export function defineConditionFunctions(db: Database): void {
  db.function('fits_time', { deterministic: true }, (how, value, first, last) =>
    fitsTime(how as TimeComparison, String(value), first as number, last as number) ? 1 : 0,
  )
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
  const comparison = compare(AttributeType, Values!)
  return {
    sql: `EXISTS (SELECT 1 FROM ${values} candidate WHERE attribute.key = ? AND ${comparison.where})`,
    params: [name, ...comparison.params],
  }
}

function compare(how: Exclude<AttributeType, 'EXCLUSIVE'>, values: string[]): Comparison {
  if (how === 'INCLUSIVE') return isOneOf(values)
  return how === 'CONTAINS' ? containsOneOf(values) : isTime(how, values)
}

/** @param value SQL of the endpoint's value */
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
 * Within a number of kilometers of a point, in a straight line over the earth. Without a range, at
 * the point rounded to one decimal, which is some eleven kilometers, as endpoints have such
 * coordinates (assumed).
 */
function nearbyCondition({ Coordinates, RangeInKilometers = 0 }: GPSPointDimension): Condition {
  const roundIfNoRange = (degrees: number) =>
    RangeInKilometers === 0 ? Math.round(degrees * 10) / 10 : degrees
  const latitude = roundIfNoRange(Coordinates!.Latitude!)
  const longitude = roundIfNoRange(Coordinates!.Longitude!)
  // One meter of tolerance for rounding errors.
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

/** Active, or inactive, in the last days. An endpoint is active when it is written (assumed). */
function recencyCondition({ Duration, RecencyType }: RecencyDimension, now: string): Condition {
  const operator = RecencyType === 'ACTIVE' ? '>=' : '<'
  const params = [now, durations[Duration!]]
  return {
    // julianday counts days from a date that is so many milliseconds before 1970.
    sql: `iif(typeof(e.effective_date) = 'integer', (e.effective_date + 210866760000000) / 86400000.0,
      julianday(e.effective_date)) ${operator} julianday(?) - ?`,
    params,
  }
}

/**
 * The members of an import: endpoints that its records name, and those of users that they name. An endpoint
 * is one by its id, whether `e` is its registered form or what another import defines.
 *
 * @param definesEndpoints whether the import has defined endpoints without registering them
 */
export function conditionOfImport(job: number, definesEndpoints: boolean): Condition {
  const names = definesEndpoints
    ? 'EXISTS (SELECT 1 FROM import_definitions d WHERE d.job = ? AND d.endpoint_id = e.id)'
    : `e.seq <= coalesce((
        SELECT m.last FROM import_members m WHERE m.job = ? AND m.first <= e.seq ORDER BY m.first DESC LIMIT 1), 0)`
  return {
    sql: `(${names} OR EXISTS (
      SELECT 1 FROM import_user_members u WHERE u.job = ? AND u.user_id IN (e.user_id, e.registered_user)))`,
    params: [job, job],
  }
}

/**
 * The members of a source segment, whose condition is evaluated once for each row, in its column.
 */
export const conditionOfSource = (column: string): Condition => ({ sql: `e.${column}`, params: [] })
