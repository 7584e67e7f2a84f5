import t from 'tap'
import type { BadItem, Item } from '../../../server/import/read/item.ts'
import { validateEndpoints } from '../../../server/import/read/validate.ts'
import { badOnes, collect, linesOf, matchEach, outcomes } from '../../support/items.ts'

/** Validates records, one a line. */
function validate(...records: object[]) {
  const lines = linesOf(records.map(() => ''))
  return collect(
    validateEndpoints([records.map((value, index): Item<object> => ({ line: lines[index]!, value }))]),
  )
}

/** What is said of one record. */
const verdictOn = async (record: object) => outcomes(await validate(record))[0]

t.test('a record of everything that an import may hold passes', async t => {
  const record = {
    Id: 'e1',
    Address: 'a@example.com',
    ChannelType: 'EMAIL',
    OptOut: 'NONE',
    RequestId: 'r1',
    EffectiveDate: '2019-08-23T10:54:35.220Z',
    Attributes: { plan: ['free', 'trial'] },
    Metrics: { visits: 3.5 },
    User: { UserId: 'u1', UserAttributes: { team: ['red'] } },
    Location: {
      City: 'Leeds',
      Country: 'GB',
      Latitude: 53.8,
      Longitude: -1.5,
      PostalCode: 'LS1',
      Region: 'X',
    },
    Demographic: {
      AppVersion: '1',
      Locale: 'en_GB',
      Make: 'Acme',
      Model: 'One',
      ModelVersion: '2',
      Platform: 'ios',
      PlatformVersion: '17',
      Timezone: 'Europe/London',
    },
  }
  t.same(await verdictOn(structuredClone(record)), record)
})

t.test('a name that Pinpoint does not import makes a record bad, and is named', async t => {
  t.match(await verdictOn({ Id: 'e1', Colour: 'red' }), /^Colour /)
  t.match(await verdictOn({ id: 'e1' }), /^id /)
  t.match(await verdictOn({ Location: { Planet: 'Mars' } }), /^Location\.Planet /)
  t.match(await verdictOn({ User: { Name: 'Ann' } }), /^User\.Name /)
  t.match(await verdictOn({ '': 'x' }), /^"" is not a name/)
  t.match(await verdictOn({ Metrics: { '': 'x' } }), /^Metrics\."" must be a number/)
})

t.test('a member of the wrong type makes a record bad, and is named', async t => {
  t.match(await verdictOn({ Id: 5 }), /^Id must be a string/)
  t.match(await verdictOn({ Metrics: { visits: 'many' } }), /^Metrics\.visits must be a number/)
  t.match(await verdictOn({ Attributes: { plan: [{}] } }), /^Attributes\.plan/)
  t.match(await verdictOn({ Attributes: { plan: {} } }), /^Attributes\.plan/)
  t.match(await verdictOn({ Attributes: { plan: ['a', null] } }), /^Attributes\.plan/)
  t.match(await verdictOn({ Attributes: 'free' }), /^Attributes must be an object/)
  t.match(await verdictOn({ Location: [] }), /^Location must be an object/)
  t.match(await verdictOn({ ChannelType: 'PIGEON' }), /^ChannelType must be one of .*EMAIL/)
})

t.test('a value that Pinpoint does not take makes a record bad, and its member is named', async t => {
  t.match(await verdictOn({ OptOut: 'MAYBE' }), /^OptOut must be ALL or NONE/)
  t.match(await verdictOn({ Id: '' }), /^Id must not be empty/)
  t.match(await verdictOn({ Id: 'a$b' }), /^Id /)
  t.match(await verdictOn({ Id: 'a\0b' }), /^Id must not hold the character U\+0000; got "a\\u0000b"/)
  t.match(await verdictOn({ User: { UserId: 'a{b' } }), /^User\.UserId /)
  t.match(await verdictOn({ Id: '__proto__' }), /^Id must not be __proto__/)
  t.match(await verdictOn({ Id: 'a'.repeat(2049) }), /^Id must have at most 2048 characters/)
  t.match(await verdictOn({ User: { UserId: 'a'.repeat(2049) } }), /^User\.UserId must have at most 2048/)
  t.match(await verdictOn({ EffectiveDate: 'yesterday' }), /^EffectiveDate /)
  t.match(await verdictOn({ EffectiveDate: '2023-02-29T00:00:00Z' }), /^EffectiveDate /)
  t.match(await verdictOn({ EffectiveDate: '2024-02-29T00:00:00Z' }), { EffectiveDate: /^2024/ })
  t.match(await verdictOn({ Location: { Latitude: 5 } }), /^Location\.Latitude and Location\.Longitude/)
  t.match(await verdictOn({ Location: { Latitude: 91, Longitude: 0 } }), /^Location\.Latitude /)
  t.match(await verdictOn({ Attributes: { a: ['x'.repeat(101)] } }), /^Attributes\.a /)
  t.match(await verdictOn({ Attributes: { ['x'.repeat(51)]: ['a'] } }), /^Attributes /)
})

t.test('all that is wrong with a record is told, each once, and its id', async t => {
  matchEach(
    t,
    await validate(
      {
        Id: 'e1',
        Colour: 'red',
        OptOut: 'MAYBE',
        Address: 5,
        ChannelType: 'PIGEON',
        Location: { Latitude: 91, Longitude: -181, Planet: 'Mars', City: 'x'.repeat(76) },
        User: { UserId: '$', UserAttributes: { a: ['x'.repeat(101)], b: [1, {}] } },
        Metrics: { m: 'x' },
      },
      { Id: '$', OptOut: 'MAYBE', EffectiveDate: 'now' },
      { Id: 5, Location: { Latitude: 'north', Longitude: 'west' } },
      { Location: { Latitude: 91 }, Address: '' },
    ),
    [
      {
        id: 'e1',
        reason: new RegExp(
          [
            ...['Colour', 'OptOut', 'Address', 'ChannelType', 'Location.Latitude', 'Location.Longitude'],
            ...['Location.Planet', 'Location.City', 'User.UserId', 'User.UserAttributes.a'],
          ]
            .map(name => `(?=.*\\b${name} (is not a name|must))`)
            .join(''),
        ),
        rest: undefined,
      },
      { id: '$', reason: /^Id must .*, and OptOut must .*, and EffectiveDate must /, rest: undefined },
      { id: undefined, reason: /Id must be a string/, rest: undefined },
      { reason: /^Missing Address, and Location.Latitude and Location.Longitude must be given together$/ },
    ],
  )
})

t.test('of very many problems the first are told', async t => {
  const Attributes = Object.fromEntries(
    Array.from({ length: 50_000 }, (_, n) => [`a${n}`, ['x'.repeat(101)]]),
  )
  const reason = String(await verdictOn({ Id: 'e1', Attributes }))
  t.match(
    reason,
    /^Attributes must have at most 250 names; got 50000, and Attributes\.a0 must .* got 101, and more$/,
  )
})

t.test('a bad record says what its endpoint would lack, as far as its members tell', async t => {
  const rests = await Promise.all(
    [
      { Id: 'e1', Metrics: { a: 'x' } },
      { Id: 'e1', Metrics: { a: 'x' }, Address: 5 },
      { Metrics: { a: 'x' }, ChannelType: 'PIGEON' },
      { Id: 'e1', Metrics: { a: 'x' }, ChannelType: 'SMS', Address: 'a' },
      { Id: '$', Metrics: { a: 'x' } },
      { User: { UserId: '$' } },
    ].map(async record => (await validate(record))[0]),
  )
  t.match(rests, [
    { rest: { Id: 'e1', Address: undefined, ChannelType: undefined } },
    { rest: { Id: 'e1', Address: String, ChannelType: undefined } },
    { rest: { Id: undefined, Address: undefined, ChannelType: String } },
    ...Array(3).fill({ rest: undefined }),
  ])
})

t.test('values are brought to the form in which Pinpoint keeps them', async t => {
  t.same(await verdictOn({ ChannelType: 'Email' }), { ChannelType: 'EMAIL' })
  t.same(await verdictOn({ Location: { Latitude: 47.61, Longitude: -122.33 } }), {
    Location: { Latitude: 47.6, Longitude: -122.3 },
  })
  t.same(await verdictOn({ Demographic: { Timezone: 'US/Pacific-New' } }), {
    Demographic: { Timezone: 'America/Los_Angeles' },
  })
  t.same(
    await verdictOn({
      Attributes: { a: 'b', age: 39, on: [true, 1.5] },
      User: { UserAttributes: { c: 'd' } },
    }),
    {
      Attributes: { a: ['b'], age: ['39'], on: ['true', '1.5'] },
      User: { UserAttributes: { c: ['d'] } },
    },
  )
})

t.test('a member of a record that is null counts as absent', async t => {
  t.same(await verdictOn({ Id: 'e1', Address: null, User: null, Location: { City: null, Country: 'GB' } }), {
    Id: 'e1',
    Location: { Country: 'GB' },
  })
})

t.test('members of an exported endpoint that say nothing here are passed over', async t => {
  t.same(
    await verdictOn({
      Id: 'e1',
      EndpointStatus: 'ACTIVE',
      ApplicationId: 'x',
      CohortId: '7',
      CreationDate: 'y',
    }),
    {
      Id: 'e1',
    },
  )
})

t.test('a record may nest as deep as a line is long, and is bad by itself', async t => {
  const depth = 150_000
  const deep = JSON.parse(`${'{"Location":'.repeat(depth)}1${'}'.repeat(depth)}`)
  const items = await validate({ Id: 'e1' }, deep, { Id: 'e2' })
  matchEach(t, badOnes(items), [{ line: { number: 2 }, reason: /^Location/ }])
})

t.test('a record that is bad already passes through as it is', async t => {
  const spoiled: BadItem = { line: linesOf(['x'])[0]!, reason: 'spoiled' }
  t.same(await collect(validateEndpoints([[spoiled]])), [spoiled])
})
