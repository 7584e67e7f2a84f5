import type { Attributes, EndpointRequest } from '../model/endpoint.ts'
import { isObject } from '../model/is-object.ts'
import { readInstant, readLocalTime } from '../model/iso-time.ts'
import { endpointLimits as limits, maxPathParameterLength } from '../model/quotas.ts'

/** Pinpoint's text for an endpoint without an address (source: observed). */
export const missingAddress = 'Missing Address'

/** How an endpoint is treated that has neither an address nor a channel. */
export interface Completeness {
  /** Says why it is refused: by default, that its address is missing. Undefined if it is accepted. */
  explainEmpty?: () => string | undefined
}

/**
 * Checks that an endpoint has both an address and a channel (source: observed, with these texts).
 *
 * @returns what is wrong; undefined when nothing is
 */
export function checkComplete(
  { address, channel_type }: { address: string | null; channel_type: string | null },
  { explainEmpty = () => missingAddress }: Completeness = {},
): string | undefined {
  if (address === null && channel_type === null) return explainEmpty()
  if (address === null) return missingAddress
  return channel_type === null ? 'Missing ChannelType' : undefined
}

/**
 * Checks the values of an endpoint that already has the right types, and brings them to the form in which
 * Pinpoint keeps them: coordinates with one decimal, two time zones under their newer names (source: guide),
 * dates in UTC. The rules are the same for UpdateEndpoint and for an imported record.
 *
 * @param endpoint is changed in place when everything in it is right
 * @returns what is wrong, naming the member and what it should be; undefined when nothing is
 */
export function checkEndpoint(endpoint: EndpointRequest): string | undefined {
  const { OptOut, EndpointStatus, EffectiveDate, User, Location, Demographic } = endpoint
  return (
    (endpoint.Address === '' ? missingAddress : undefined) ??
    (OptOut !== undefined && OptOut !== 'ALL' && OptOut !== 'NONE'
      ? `OptOut must be ALL or NONE; got ${JSON.stringify(OptOut)}`
      : undefined) ??
    (EndpointStatus !== undefined && EndpointStatus !== 'ACTIVE' && EndpointStatus !== 'INACTIVE'
      ? `EndpointStatus must be ACTIVE or INACTIVE; got ${JSON.stringify(EndpointStatus)}`
      : undefined) ??
    (EffectiveDate !== undefined ? normalizeDate(endpoint, EffectiveDate) : undefined) ??
    (User?.UserId !== undefined ? checkId('User.UserId', User.UserId) : undefined) ??
    checkAttributes('Attributes', endpoint.Attributes) ??
    checkAttributes('User.UserAttributes', User?.UserAttributes) ??
    checkNames('Metrics', endpoint.Metrics) ??
    checkLengths('Demographic', Demographic, limits.demographic) ??
    checkLengths('Location', Location, limits.location) ??
    (Location !== undefined ? normalizeCoordinates(Location) : undefined) ??
    (Demographic !== undefined ? normalizeTimezone(Demographic) : undefined)
  )
}

/**
 * Endpoint and user ids cannot be empty or hold `$`, `{` or `}` (source: API reference), nor U+0000
 * (assumed: SQLite compares ids without regard to case up to there only, and would take one for another).
 * They have to fit in a path as URLs escape them (assumed): what is written by a batch or an import is read
 * and deleted by a path. And they have to fit in a map (assumed): calls that send messages, and their
 * answers, have ids as names.
 */
export function checkId(member: string, id: string): string | undefined {
  if (id === '') return `${member} must not be empty`
  if (id === '__proto__') return `${member} must not be __proto__: maps in calls cannot have that name`
  if (id.includes('\0')) return `${member} must not hold the character U+0000; got ${JSON.stringify(id)}`
  const { length } = encodeURIComponent(id.toWellFormed())
  if (length > maxPathParameterLength) {
    return `${member} must have at most ${maxPathParameterLength} characters as it is escaped in a URL; got ${length}`
  }
  return /[${}]/.test(id) ? `${member} must not hold $, { or }; got ${JSON.stringify(id)}` : undefined
}

/** A time in UTC is kept as it is given, any other in UTC (assumed). */
function normalizeDate(endpoint: EndpointRequest, date: string): string | undefined {
  const instant = readInstant(date)
  if (instant === undefined) {
    return `EffectiveDate must be an ISO 8601 time such as 2019-08-23T10:54:35.220Z${missingIn(date)}; got ${JSON.stringify(date)}`
  }
  if (!date.endsWith('Z')) endpoint.EffectiveDate = new Date(instant).toISOString()
  return undefined
}

/** What a date lacks to be an EffectiveDate, if it is an ISO 8601 time otherwise. */
function missingIn(date: string): string {
  if (readInstant(`${date}Z`) !== undefined) return ', with a time zone (Z or an offset)'
  const isTime = readLocalTime(date) !== undefined && !Number.isNaN(Date.parse(date))
  return isTime ? ', in the years 0000 to 9999 in UTC' : ''
}

function checkAttributes(member: string, attributes: Attributes | undefined): string | undefined {
  if (attributes === undefined) return undefined
  for (const name in attributes) {
    for (const value of attributes[name]!) {
      if (value.length > limits.attributeValue) {
        return `${member}.${name} must have values of at most ${limits.attributeValue} characters; got ${value.length}`
      }
    }
  }
  return checkNames(member, attributes)
}

function checkNames(member: string, map: object | undefined): string | undefined {
  if (map === undefined) return undefined
  for (const name in map) {
    if (name === '' || name.length > limits.attributeName) {
      return `${member} must have names of 1 to ${limits.attributeName} characters; got ${JSON.stringify(name)}`
    }
  }
  return undefined
}

function checkLengths(
  member: string,
  values: Record<string, unknown> | undefined,
  max: Record<string, number>,
): string | undefined {
  if (values === undefined) return undefined
  for (const name in max) {
    const value = values[name]
    if (typeof value === 'string' && value.length > max[name]!) {
      return `${member}.${name} must be at most ${max[name]} characters; got ${value.length}`
    }
  }
  return undefined
}

function normalizeCoordinates(location: { Latitude?: number; Longitude?: number }): string | undefined {
  const { Latitude, Longitude } = location
  if (Latitude === undefined && Longitude === undefined) return undefined
  if (Latitude === undefined || Longitude === undefined) {
    return 'Location.Latitude and Location.Longitude must be given together'
  }
  if (Math.abs(Latitude) > 90) return `Location.Latitude must be from -90 to 90; got ${Latitude}`
  if (Math.abs(Longitude) > 180) return `Location.Longitude must be from -180 to 180; got ${Longitude}`
  location.Latitude = roundToTenth(Latitude)
  location.Longitude = roundToTenth(Longitude)
  return undefined
}

const roundToTenth = (degrees: number) => Math.round(degrees * 10) / 10

/** Zones that Pinpoint stores under another name (source: guide). */
const renamedTimezones = new Map([
  ['Canada/East-Saskatchewan', 'America/Managua'],
  ['US/Pacific-New', 'America/Los_Angeles'],
])

function normalizeTimezone(demographic: { Timezone?: string }): undefined {
  const renamed = renamedTimezones.get(demographic.Timezone ?? '')
  if (renamed !== undefined) demographic.Timezone = renamed
}

/**
 * Puts attribute values that stand alone into lists: AWS's own samples of UpdateEndpoint
 * have both (source: guide).
 *
 * @param endpoint is changed in place; it need not have the right types yet
 * @param readValue gives what a value is taken as
 */
export function listAttributeValues(endpoint: unknown, readValue = (value: unknown) => value): void {
  if (!isObject(endpoint)) return
  for (const attributes of [endpoint.Attributes, isObject(endpoint.User) && endpoint.User.UserAttributes]) {
    if (!isObject(attributes)) continue
    for (const name in attributes) {
      const value = attributes[name]
      if (Array.isArray(value)) attributes[name] = value.map(readValue)
      else if (typeof readValue(value) === 'string') attributes[name] = [readValue(value)]
    }
  }
}
