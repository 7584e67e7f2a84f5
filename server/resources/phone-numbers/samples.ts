import type { NumberValidateResponse } from '../../model/phone-number.ts'

/** What the sample answers for numbers of the United States have in common. */
const unitedStates = { Country: 'United States', CountryCodeIso2: 'US', CountryCodeNumeric: '1' }

/** The same for the United Kingdom. */
const unitedKingdom = { Country: 'United Kingdom', CountryCodeIso2: 'GB', CountryCodeNumeric: '44' }

/**
 * The sample answers of the guide, by the number that was sent. The sample of a prepaid number has
 * the number of another one, and is left out; in that of the landline, the plus of
 * CleansedPhoneNumberE164 is missing.
 *
 * @see https://docs.aws.amazon.com/pinpoint/latest/developerguide/validate-phone-numbers.html
 */
export const samples: ReadonlyMap<string, Omit<NumberValidateResponse, 'OriginalPhoneNumber'>> = new Map([
  [
    '+12065550142',
    {
      ...unitedStates,
      Carrier: 'ExampleCorp Mobile',
      City: 'Seattle',
      CleansedPhoneNumberE164: '+12065550142',
      CleansedPhoneNumberNational: '2065550142',
      PhoneType: 'MOBILE',
      PhoneTypeCode: 0,
      Timezone: 'America/Los_Angeles',
      ZipCode: '98101',
    },
  ],
  [
    '+14085550101',
    {
      ...unitedStates,
      Carrier: 'AnyCompany',
      City: 'Santa Clara',
      CleansedPhoneNumberE164: '+14085550101',
      CleansedPhoneNumberNational: '4085550101',
      PhoneType: 'LANDLINE',
      PhoneTypeCode: 1,
      Timezone: 'America/Los_Angeles',
      ZipCode: '95037',
    },
  ],
  [
    '+441514960001',
    {
      ...unitedKingdom,
      Carrier: 'ExampleCorp',
      City: 'Countrywide',
      CleansedPhoneNumberE164: '+441514960001',
      CleansedPhoneNumberNational: '1514960001',
      PhoneType: 'VOIP',
      PhoneTypeCode: 2,
    },
  ],
  [
    '+440163296076',
    {
      ...unitedKingdom,
      CleansedPhoneNumberE164: '+44163296076',
      CleansedPhoneNumberNational: '163296076',
      PhoneType: 'INVALID',
      PhoneTypeCode: 3,
    },
  ],
  [
    '+14255550199',
    {
      ...unitedStates,
      Carrier: 'Multiple OCN Listing',
      CleansedPhoneNumberE164: '+14255550199',
      CleansedPhoneNumberNational: '4255550199',
      PhoneType: 'OTHER',
      PhoneTypeCode: 4,
      Timezone: 'America/Los_Angeles',
    },
  ],
])
