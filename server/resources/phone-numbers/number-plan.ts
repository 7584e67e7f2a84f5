import {
  getSupportedRegionCodes,
  type ParsedPhoneNumber,
  type PhoneNumberTypes,
  parsePhoneNumber,
} from 'awesome-phonenumber'
import { anyDigit } from '../../model/phone-digits.ts'
import type { PhoneNumberFacts, PhoneType } from '../../model/phone-number.ts'

/** Pinpoint's types for those of libphonenumber; each one that is not here is OTHER. */
const phoneTypes: Partial<Record<PhoneNumberTypes, PhoneType>> = {
  mobile: 'MOBILE',
  // The numbers of North America do not tell. Whoever validates them means to send an SMS (assumed).
  'fixed-line-or-mobile': 'MOBILE',
  'fixed-line': 'LANDLINE',
  voip: 'VOIP',
}

const countries = new Intl.DisplayNames(['en'], { type: 'region' })
const regions = new Set(getSupportedRegionCodes())

/** Whether a code is that of a country or region that has phone numbers. */
export const isRegion = (isoCode: string): boolean => regions.has(isoCode)

/**
 * What the numbering plan of its country tells of a phone number. Members that it does not tell are
 * absent: the carrier and the place, mostly, and all but the type of what is no number.
 *
 * @param text with digits, and with a country code, unless there is a region. It is read as libphonenumber
 *   does: an extension is left out, and letters are the digits of their keys. One without a plus is taken to
 *   begin with the country code (source: guide, which warns that it may be that of another country)
 * @param region ISO 3166-1, of the country to which a number without a country code belongs
 */
export function describeNumber(
  text: string,
  region: string | undefined,
): PhoneNumberFacts & { PhoneType: PhoneType } {
  const { number, valid, regionCode, countryCode, ...parsed } = parse(text, region)
  if (number === undefined || countryCode === undefined) return { PhoneType: 'INVALID' }
  const country = regionCode !== undefined && regions.has(regionCode) ? regionCode : undefined
  return {
    CleansedPhoneNumberE164: number.e164,
    CleansedPhoneNumberNational: number.significant,
    ...(country !== undefined && { Country: countries.of(country)!, CountryCodeIso2: country }),
    CountryCodeNumeric: String(countryCode),
    PhoneType: isOutOfService(number.e164)
      ? 'OTHER'
      : valid
        ? (phoneTypes[parsed.type!] ?? 'OTHER')
        : 'INVALID',
  }
}

function parse(text: string, region: string | undefined): ParsedPhoneNumber {
  const { number } =
    region === undefined
      ? parsePhoneNumber(`+${text.slice(text.search(anyDigit))}`)
      : parsePhoneNumber(text, { regionCode: region })
  // The number may have another country code than the region: 011 44 … in the United States.
  return parsePhoneNumber(number?.e164 ?? '')
}

/**
 * Whether a number of North America is nobody's: reserved for films, as those are that begin with
 * 555, with or without an area code before it; or well-formed, of an area code that is not in use
 * (source: guide, which has them as OTHER).
 */
function isOutOfService(e164: string): boolean {
  if (/^\+1(555\d{3}|[2-9]\d\d555)\d{4}$/.test(e164)) return true
  return /^\+1[2-9]\d\d[2-9]\d{6}$/.test(e164) && !parsePhoneNumber(e164).valid
}
