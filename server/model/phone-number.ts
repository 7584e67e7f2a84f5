import { type Static, Type } from '@sinclair/typebox'
import { OneOf } from './common.ts'

/** The types of phone numbers, with their codes (source: guide). */
export const phoneTypeCodes = { MOBILE: 0, LANDLINE: 1, VOIP: 2, INVALID: 3, OTHER: 4, PREPAID: 5 } as const
export type PhoneType = keyof typeof phoneTypeCodes

export const NumberValidateRequest = Type.Object({
  IsoCountryCode: Type.Optional(Type.String()),
  PhoneNumber: Type.Optional(Type.String()),
})
export type NumberValidateRequest = Static<typeof NumberValidateRequest>

export const NumberValidateResponse = Type.Object({
  Carrier: Type.Optional(Type.String()),
  City: Type.Optional(Type.String()),
  CleansedPhoneNumberE164: Type.Optional(Type.String()),
  CleansedPhoneNumberNational: Type.Optional(Type.String()),
  Country: Type.Optional(Type.String()),
  CountryCodeIso2: Type.Optional(Type.String()),
  CountryCodeNumeric: Type.Optional(Type.String()),
  County: Type.Optional(Type.String()),
  OriginalCountryCodeIso2: Type.Optional(Type.String()),
  OriginalPhoneNumber: Type.Optional(Type.String()),
  PhoneType: Type.Optional(Type.String()),
  PhoneTypeCode: Type.Optional(Type.Integer()),
  Timezone: Type.Optional(Type.String()),
  ZipCode: Type.Optional(Type.String()),
})
export type NumberValidateResponse = Static<typeof NumberValidateResponse>

const { OriginalCountryCodeIso2, OriginalPhoneNumber, PhoneTypeCode, ...facts } =
  NumberValidateResponse.properties

/**
 * What a user says of a phone number, which PhoneNumberValidate then answers. Its PhoneTypeCode
 * follows from PhoneType.
 */
export const PhoneNumberFacts = Type.Object({
  ...facts,
  PhoneType: Type.Optional(OneOf(Object.keys(phoneTypeCodes) as PhoneType[])),
})
export type PhoneNumberFacts = Static<typeof PhoneNumberFacts>
