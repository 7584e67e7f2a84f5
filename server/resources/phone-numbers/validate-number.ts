import { badRequest } from '../../http/errors/exceptions.ts'
import { anyDigit, phoneDigits } from '../../model/phone-digits.ts'
import {
  type NumberValidateRequest,
  type NumberValidateResponse,
  phoneTypeCodes,
} from '../../model/phone-number.ts'
import type { Store } from '../../store/open-store.ts'
import { samples } from './samples.ts'

/** Most characters of a phone number, as in libphonenumber. */
const maxLength = 250

/**
 * Reads a number of which a user says something.
 *
 * @returns as `phoneDigits` makes it
 * @throws BadRequestException for one without a country code, and for a number of the guide's
 *   samples, for which it would have no effect
 */
export function readSaidNumber(member: string, text: string): string {
  const number = text.startsWith('+') && text.length <= maxLength ? phoneDigits(text) : undefined
  if (number === undefined) {
    throw badRequest(
      `${member} must be a phone number that begins with + and its country code, such as +12065550100; got ${JSON.stringify(text)}`,
    )
  }
  if (!samples.has(number)) return number
  throw badRequest(
    `${member} must not be ${number}: it is answered as in the sample of AWS's guide. Any other number will do`,
  )
}

/**
 * What is known of a phone number: the guide's sample answer for its own numbers; else what the
 * numbering plan tells, and before that what a user has said of it. An empty country code counts as
 * absent; an unknown one is refused, as the number would be taken for one of another country (both
 * assumed).
 *
 * @throws BadRequestException for no number, a text without digits, and an unknown country (all
 *   assumed)
 */
export async function validateNumber(
  { PhoneNumber, IsoCountryCode }: NumberValidateRequest,
  said: Store['phoneNumbers'],
): Promise<NumberValidateResponse> {
  const valid = 'must be a phone number with its country code, such as +12065550142'
  if (PhoneNumber === undefined) throw badRequest(`PhoneNumber is required: it ${valid}`)
  if (!anyDigit.test(PhoneNumber)) {
    throw badRequest(`PhoneNumber ${valid}; got ${JSON.stringify(PhoneNumber)}`)
  }
  // Loaded when it is first needed: the numbering plans of all countries are large.
  const { describeNumber, isRegion } = await import('./number-plan.ts')
  const region = IsoCountryCode ? IsoCountryCode.toUpperCase() : undefined
  if (region !== undefined && !isRegion(region)) {
    throw badRequest(
      `IsoCountryCode must be the ISO 3166-1 code of a country, such as US or GB; got ${JSON.stringify(IsoCountryCode)}`,
    )
  }
  const bare = phoneDigits(PhoneNumber) ?? ''
  const planned = describeNumber(PhoneNumber, region)
  const { CleansedPhoneNumberE164: e164 = bare } = planned
  const original = {
    ...(region !== undefined && { OriginalCountryCodeIso2: IsoCountryCode }),
    OriginalPhoneNumber: PhoneNumber,
  }
  // Digits that begin with no country code may be those of a whole number elsewhere.
  const isWhole = region === undefined || PhoneNumber.trimStart().startsWith('+')
  const meant = isWhole ? [bare, e164] : [e164]
  const [sample] = meant.flatMap(number => samples.get(number) ?? [])
  if (sample !== undefined) return { ...sample, ...original }
  const [told] = meant.flatMap(number => said.get(number) ?? [])
  const facts = { ...(told && { CleansedPhoneNumberE164: bare }), ...planned, ...told }
  return { ...facts, ...original, PhoneTypeCode: phoneTypeCodes[facts.PhoneType] }
}
