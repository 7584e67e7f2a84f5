import { PhoneNumberValidateCommand } from '@aws-sdk/client-pinpoint'
import t from 'tap'
import { createClient, isError, sharedTestApp, startEmulator } from '../../support/helpers.ts'

const { call } = sharedTestApp()
const validate = (body: object, slash = '') => call('POST', `/v1/phone/number/validate${slash}`, body)
const answerTo = async (PhoneNumber: string, IsoCountryCode?: string) => {
  const { status, body } = await validate({ PhoneNumber, IsoCountryCode })
  t.equal(status, 200, PhoneNumber)
  return body
}

t.test('the samples of the guide are answered as they stand', async t => {
  const us = { Country: 'United States', CountryCodeIso2: 'US', CountryCodeNumeric: '1' }
  const gb = { Country: 'United Kingdom', CountryCodeIso2: 'GB', CountryCodeNumeric: '44' }
  const pacific = { Timezone: 'America/Los_Angeles' }
  for (const [number, national, more] of [
    [
      '+12065550142',
      '2065550142',
      {
        ...us,
        ...pacific,
        Carrier: 'ExampleCorp Mobile',
        City: 'Seattle',
        ZipCode: '98101',
        PhoneType: 'MOBILE',
        PhoneTypeCode: 0,
      },
    ],
    [
      '+14085550101',
      '4085550101',
      {
        ...us,
        ...pacific,
        Carrier: 'AnyCompany',
        City: 'Santa Clara',
        ZipCode: '95037',
        PhoneType: 'LANDLINE',
        PhoneTypeCode: 1,
      },
    ],
    [
      '+441514960001',
      '1514960001',
      { ...gb, Carrier: 'ExampleCorp', City: 'Countrywide', PhoneType: 'VOIP', PhoneTypeCode: 2 },
    ],
    [
      '+14255550199',
      '4255550199',
      { ...us, ...pacific, Carrier: 'Multiple OCN Listing', PhoneType: 'OTHER', PhoneTypeCode: 4 },
    ],
  ] as const) {
    const wanted = {
      CleansedPhoneNumberE164: number,
      CleansedPhoneNumberNational: national,
      OriginalPhoneNumber: number,
      ...more,
    }
    t.same(await answerTo(number), wanted)
    const dashed = `${number.slice(0, 5)}-${number.slice(5, 8)} ${number.slice(8)}`
    t.same(await answerTo(dashed), { ...wanted, OriginalPhoneNumber: dashed })
  }
  t.same(await answerTo('+440163296076'), {
    ...gb,
    PhoneType: 'INVALID',
    PhoneTypeCode: 3,
    CleansedPhoneNumberE164: '+44163296076',
    CleansedPhoneNumberNational: '163296076',
    OriginalPhoneNumber: '+440163296076',
  })
})

t.test('of any other number, the answer is what its country tells, and nothing else', async t => {
  t.same(await answerTo('+44-207-946-0881', 'GB'), {
    CleansedPhoneNumberE164: '+442079460881',
    CleansedPhoneNumberNational: '2079460881',
    Country: 'United Kingdom',
    CountryCodeIso2: 'GB',
    CountryCodeNumeric: '44',
    OriginalCountryCodeIso2: 'GB',
    OriginalPhoneNumber: '+44-207-946-0881',
    PhoneType: 'LANDLINE',
    PhoneTypeCode: 1,
  })
  for (const [number, country, PhoneType, PhoneTypeCode] of [
    ['+14255271234', 'US', 'MOBILE', 0],
    ['+1 (416) 967-1111', 'CA', 'MOBILE', 0],
    ['+4915112345678', 'DE', 'MOBILE', 0],
    ['+33755512501', 'FR', 'MOBILE', 0],
    ['+445612345678', 'GB', 'VOIP', 2],
    ['+81312345678', 'JP', 'LANDLINE', 1],
    ['+18005551234', 'US', 'OTHER', 4],
    ['+442012', 'GB', 'INVALID', 3],
    ['+1206555014', 'US', 'INVALID', 3],
    ['+12061234567', 'US', 'INVALID', 3],
  ] as const) {
    t.match(await answerTo(number), { CountryCodeIso2: country, PhoneType, PhoneTypeCode }, number)
  }
})

t.test('numbers for films, and of area codes that are not in use, are OTHER', async t => {
  for (const number of ['+12065550100', '+14255551234', '+19995671234', '+15551234567']) {
    t.match(await answerTo(number), { CleansedPhoneNumberE164: number, PhoneType: 'OTHER' })
  }
})

t.test(
  'a number without a country code is of the country that is named, or of whichever it fits',
  async t => {
    t.match(await answerTo('020 7946 0881', 'GB'), { CleansedPhoneNumberE164: '+442079460881' })
    t.match(await answerTo('(425) 527-1234', 'us'), {
      CleansedPhoneNumberE164: '+14255271234',
      OriginalCountryCodeIso2: 'us',
      CountryCodeIso2: 'US',
    })
    t.match(await answerTo('011 44 20 7946 0881', 'US'), {
      CleansedPhoneNumberE164: '+442079460881',
      CountryCodeIso2: 'GB',
      OriginalCountryCodeIso2: 'US',
    })
    t.match(await answerTo('+14255271234', 'GB'), { CountryCodeIso2: 'US' }, 'the number itself counts first')
    t.match(await answerTo('2025550000'), { CountryCodeIso2: 'EG' })
    t.same(await answerTo('0'), { OriginalPhoneNumber: '0', PhoneType: 'INVALID', PhoneTypeCode: 3 })
    t.same(await answerTo('+999123456'), {
      OriginalPhoneNumber: '+999123456',
      PhoneType: 'INVALID',
      PhoneTypeCode: 3,
    })
  },
)

t.test(
  'a number is read in one way, whether it begins with its country code or has a country beside it',
  async t => {
    for (const [complete, national, country, e164, more] of [
      ['+1 425 527 1234 ext. 5', '425 527 1234 ext. 5', 'US', '+14255271234', { PhoneType: 'MOBILE' }],
      ['+1-800-FLOWERS', '1-800-FLOWERS', 'US', '+18003569377', { PhoneType: 'OTHER' }],
      ['+٣٣٦١٢٣٤٥٦٧٨', '٠٦١٢٣٤٥٦٧٨', 'FR', '+33612345678', { PhoneType: 'MOBILE' }],
      ['+１４２５５２７１２３４', '４２５５２７１２３４', 'US', '+14255271234', { PhoneType: 'MOBILE' }],
      [
        '+1 206 555 0142 ext. 5',
        '206 555 0142 ext. 5',
        'US',
        '+12065550142',
        { Carrier: 'ExampleCorp Mobile' },
      ],
    ] as const) {
      const wanted = { ...more, CleansedPhoneNumberE164: e164, CountryCodeIso2: country }
      t.match(await answerTo(complete), wanted, complete)
      t.match(await answerTo(complete, country), wanted, `${complete} of ${country}`)
      t.match(await answerTo(complete.slice(1)), wanted, `${complete.slice(1)} without a plus`)
      t.match(await answerTo(`tel: ${complete}`), wanted, `tel: ${complete}`)
      t.match(await answerTo(national, country), wanted, `${national} of ${country}`)
    }
  },
)

t.test('whatever else has digits is INVALID, however long, and in any script', async t => {
  for (const number of ['٣', '१२३', '5'.repeat(300), `+${'5'.repeat(300)}`, '+1_425_527_1234']) {
    for (const country of [undefined, 'US']) {
      t.same(await answerTo(number, country), {
        ...(country && { OriginalCountryCodeIso2: country }),
        OriginalPhoneNumber: number,
        PhoneType: 'INVALID',
        PhoneTypeCode: 3,
      })
    }
  }
})

t.test('what is no number at all is refused, and so is a country that is none', async t => {
  for (const PhoneNumber of ['', 'hello', '+']) {
    const message = `PhoneNumber must be a phone number with its country code, such as +12065550142; got ${JSON.stringify(PhoneNumber)}`
    isError(t, await validate({ PhoneNumber }), 400, 'BadRequestException', message)
  }
  const required =
    'PhoneNumber is required: it must be a phone number with its country code, such as +12065550142'
  for (const body of [{}, { PhoneNumber: null }]) {
    isError(t, await validate(body), 400, 'BadRequestException', required)
  }
  isError(t, await validate({ PhoneNumber: 1 }), 400, 'BadRequestException', /PhoneNumber/)
  for (const IsoCountryCode of ['USA', 'UK', 'ZZ', '001', ' ']) {
    const message = `IsoCountryCode must be the ISO 3166-1 code of a country, such as US or GB; got "${IsoCountryCode}"`
    const answer = await validate({ PhoneNumber: '+12065550142', IsoCountryCode })
    isError(t, answer, 400, 'BadRequestException', message)
  }
})

t.test('an empty country code counts as none', async t => {
  for (const number of ['+442079460881', '2025550000']) {
    t.same(await answerTo(number, ''), await answerTo(number), number)
  }
})

t.test('a slash at the end of the path of PhoneNumberValidate makes no difference', async t => {
  const { status, body } = await validate({ PhoneNumber: '+12065550142' }, '/')
  t.match({ status, body }, { status: 200, body: { Carrier: 'ExampleCorp Mobile' } })
})

t.test('what a user says of a number counts before what its country tells', async t => {
  const put = (number: string, facts: object) =>
    call('PUT', `/_pinpoint/phone-numbers/${encodeURIComponent(number)}`, facts)
  t.equal((await put('+1 555 123-4567', { PhoneType: 'PREPAID', Carrier: 'Mine', City: 'Here' })).status, 204)
  t.same(await answerTo('+15551234567'), {
    Carrier: 'Mine',
    City: 'Here',
    CleansedPhoneNumberE164: '+15551234567',
    CleansedPhoneNumberNational: '5551234567',
    Country: 'United States',
    CountryCodeIso2: 'US',
    CountryCodeNumeric: '1',
    OriginalPhoneNumber: '+15551234567',
    PhoneType: 'PREPAID',
    PhoneTypeCode: 5,
  })
  t.match(await answerTo('(555) 123-4567', 'US'), { Carrier: 'Mine' }, 'in whatever form it is sent')
  await put('+2065551234', { PhoneType: 'MOBILE', Carrier: 'of Cairo' })
  t.equal(
    (await answerTo('206-555-1234', 'US')).Carrier,
    undefined,
    'its digits are a number of Egypt as well',
  )
  await put('+4915112345678', { PhoneType: 'INVALID' })
  t.match(await answerTo('+4915112345678'), { PhoneType: 'INVALID', PhoneTypeCode: 3 })
  await put('+999123456', { PhoneType: 'MOBILE' })
  t.match(await answerTo('+999123456'), { CleansedPhoneNumberE164: '+999123456', PhoneTypeCode: 0 })
})

t.test('the SDK reads the answer of PhoneNumberValidate', async t => {
  const { url } = await startEmulator(t)
  const client = createClient(url)
  t.teardown(() => client.destroy())
  const { NumberValidateResponse } = await client.send(
    new PhoneNumberValidateCommand({ NumberValidateRequest: { PhoneNumber: '+12065550142' } }),
  )
  t.match(NumberValidateResponse, { Carrier: 'ExampleCorp Mobile', PhoneTypeCode: 0 })
})
