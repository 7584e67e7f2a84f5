import { parsePhoneNumber } from 'awesome-phonenumber'
import type { EndpointResponse } from '../model/endpoint.ts'
import type { JourneyDefinition } from '../model/journey.ts'
import { isTimeZone } from '../model/time-zone.ts'

/** Zones by countries: to ask for them takes long. */
const known = new Map<string, string | undefined>()

/**
 * The time zone of an endpoint: its own, or what its phone number or its address tells, by the methods
 * that the journey names. A country tells it where it has one zone alone (assumed).
 *
 * @returns undefined if it is not known
 */
export function zoneOf(
  { Demographic, ChannelType, Address, Location }: EndpointResponse,
  { TimezoneEstimationMethods: methods = [] }: JourneyDefinition,
): string | undefined {
  const zone = Demographic?.Timezone
  if (zone && isTimeZone(zone)) return zone
  for (const method of methods) {
    const isPhone = ChannelType === 'SMS' || ChannelType === 'VOICE'
    const country =
      method === 'POSTAL_CODE'
        ? Location?.PostalCode && Location.Country
        : isPhone && Address
          ? parsePhoneNumber(Address).regionCode
          : undefined
    const estimated = country ? zoneOfCountry(country) : undefined
    if (estimated !== undefined) return estimated
  }
  return undefined
}

function zoneOfCountry(country: string): string | undefined {
  if (known.has(country)) return known.get(country)
  const [zone, another] = /^[A-Za-z]{2}$/.test(country) ? zonesIn(country.toUpperCase()) : []
  const only = another === undefined ? zone : undefined
  known.set(country, only)
  return only
}

/** The zones of a country, which TypeScript does not know yet. */
function zonesIn(region: string): string[] {
  const locale = new Intl.Locale('und', { region }) as Intl.Locale & {
    getTimeZones?: () => string[] | undefined
    timeZones?: string[]
  }
  return locale.getTimeZones?.() ?? locale.timeZones ?? []
}
