import fc from 'fast-check'
import { writeJson } from './files.ts'
import { Dice, type Format, look, nameOf, newEndpoint, type Row, text, type Values } from './generators.ts'

/** Something that makes a record bad, whatever else is in it. */
interface Fault {
  /** Members as they are then. */
  change?: Values
  without?: string[]
  /** How the reason begins. */
  reason: string
}

/** A fault of one member. */
const fault = (reason: string, change: Values): Fault => ({ change, reason })

const oneOf = (...faults: Fault[]) => fc.constantFrom(...faults)

const tooLong = (length: number, unit = 'x') => unit.repeat(length + 1)

/** Ids with one of the characters that they cannot hold. */
const badId = fc
  .tuple(fc.string({ maxLength: 5 }), fc.constantFrom('$', '{', '}'), fc.string({ maxLength: 5 }))
  .map(parts => parts.join(''))

/** Texts that are no number for anybody. */
const noNumber = fc.constantFrom(
  'many',
  '1,5',
  '1_000',
  'NaN',
  'Infinity',
  '1e999',
  '--1',
  '1e',
  ' ',
  '5%',
  '٣',
)

/** What can be wrong in a record of either format. */
const faults = (format: Format): fc.Arbitrary<Fault> => {
  const named = (make: (name: string) => Fault) => nameOf(format).map(make)
  return fc.oneof(
    oneOf(
      { without: ['Address'], reason: 'Missing Address' },
      { without: ['ChannelType'], reason: 'Missing ChannelType' },
      { without: ['Id', 'Address'], reason: 'Missing Address' },
      { without: ['Id', 'ChannelType'], reason: 'Missing ChannelType' },
      { without: ['Address', 'ChannelType'], reason: 'Missing Address' },
    ),
    fc
      .constantFrom('PIGEON', 'E-MAIL', 'EMAIL ', ' SMS', 'EMAIL,SMS', 'SMS\n', 'constructor', '0')
      .map(ChannelType => fault('ChannelType must be one of PUSH, GCM, ', { ChannelType })),
    fc
      .constantFrom('all', 'MAYBE', 'NONE ', '0')
      .map(OptOut => fault(`OptOut must be ALL or NONE; got ${JSON.stringify(OptOut)}`, { OptOut })),
    fc
      .constantFrom(
        'yesterday',
        '2019-08-23',
        '2023-02-29T00:00:00Z',
        '2019-13-01T00:00:00Z',
        '2019-08-23T10:54:35',
      )
      .map(EffectiveDate => fault('EffectiveDate must be an ISO 8601 time ', { EffectiveDate })),
    fc
      .constantFrom(
        '2019-08-23T10:54:35.Z',
        '2019-08-23T25:00:00Z',
        '2019-08-23T10:54:35Z\n',
        '1566557675',
        '9999-12-31T23:59:59-10:00',
        '0000-01-01T00:00:00+10:00',
      )
      .map(EffectiveDate => fault('EffectiveDate must be an ISO 8601 time ', { EffectiveDate })),
    badId.map(Id => fault('Id must not hold $, { or }; got ', { Id })),
    oneOf(
      fault('Id must not hold the character U+0000', { Id: 'a\0b' }),
      fault('User.UserId must not hold the character U+0000', { User: { UserId: '\0' } }),
      fault('Id must not be __proto__', { Id: '__proto__' }),
      fault('User.UserId must not be __proto__', { User: { UserId: '__proto__' } }),
    ),
    badId.map(UserId => fault('User.UserId must not hold $, { or }; got ', { User: { UserId } })),
    named(name =>
      fault(`Attributes.${name} must have values of at most 100 characters; got 101`, {
        Attributes: { [name]: ['short', tooLong(100, 'ü')] },
      }),
    ),
    named(name =>
      fault(`User.UserAttributes.${name} must have values of at most 100 characters; got 101`, {
        User: { UserAttributes: { [name]: [tooLong(100)] } },
      }),
    ),
    named(name =>
      fault(`Attributes.${name} must have at most 50 values; got 51`, {
        Attributes: { [name]: Array(51).fill('x') },
      }),
    ),
    oneOf(
      fault('Attributes must have names of 1 to 50 characters; got "x', {
        Attributes: { [tooLong(50)]: ['a'] },
      }),
      fault('Metrics must have names of 1 to 50 characters; got "x', { Metrics: { [tooLong(50)]: 5 } }),
      fault('User.UserAttributes must have names of 1 to 50 characters; got "ü', {
        User: { UserAttributes: { [tooLong(50, 'ü')]: ['a'] } },
      }),
    ),
    fc.tuple(nameOf(format), noNumber).map(([name, value]) =>
      fault(`Metrics.${name} must be a number; got ${JSON.stringify(value)}`, {
        Metrics: { [name]: value },
      }),
    ),
    noNumber.map(Latitude =>
      fault(`Location.Latitude must be a number; got ${JSON.stringify(Latitude)}`, {
        Location: { Latitude, Longitude: 5 },
      }),
    ),
    oneOf(
      fault('Location.Latitude and Location.Longitude must be given together', { Location: { Latitude: 5 } }),
      fault('Location.Latitude and Location.Longitude must be given together', {
        Location: { Longitude: 0 },
      }),
      fault('Location.Latitude must be from -90 to 90; got 90.01', {
        Location: { Latitude: 90.01, Longitude: 0 },
      }),
      fault('Location.Longitude must be from -180 to 180; got -181', {
        Location: { Latitude: 0, Longitude: -181 },
      }),
      fault('Location.City must be at most 75 characters; got 76', { Location: { City: tooLong(75) } }),
      fault('Location.Region must be at most 75 characters; got 76', {
        Location: { Region: tooLong(75, 'é') },
      }),
    ),
    fc
      .constantFrom(
        ...([
          ...['AppVersion', 'Make', 'ModelVersion', 'Platform', 'PlatformVersion'].map(
            name => [name, 50] as const,
          ),
          ['Model', 100],
        ] as const),
      )
      .map(([name, most]) =>
        fault(`Demographic.${name} must be at most ${most} characters; got ${most + 1}`, {
          Demographic: { [name]: tooLong(most) },
        }),
      ),
    oneOf(fault('an endpoint must be at most 15 KB (15360 bytes of JSON)', { Address: tooLong(15_360) })),
  )
}

/** What only JSON can say. */
const jsonFaults: fc.Arbitrary<Fault> = fc.oneof(
  oneOf(
    fault('Id must not be empty', { Id: '' }),
    fault('User.UserId must not be empty', { User: { UserId: '' } }),
    fault('Missing Address', { Address: '' }),
    fault('Attributes must have names of 1 to 50 characters; got ""', { Attributes: { '': ['a'] } }),
    fault('Attributes must not have the name __proto__', { Attributes: JSON.parse('{"__proto__":["a"]}') }),
    fault('Metrics must not have the name __proto__', { Metrics: JSON.parse('{"__proto__":5}') }),
    fault('Id must be a string; got 5', { Id: 5 }),
    fault('Address must be a string; got an object', { Address: {} }),
    fault('ChannelType must be one of PUSH, GCM, ', { ChannelType: 5 }),
    fault('OptOut must be a string; got true', { OptOut: true }),
    fault('EffectiveDate must be a string; got 1566557675', { EffectiveDate: 1_566_557_675 }),
    fault('Attributes must be an object', { Attributes: 'plan' }),
    fault('Attributes.plan must be a list', { Attributes: { plan: {} } }),
    fault('Attributes.plan.1 must be a string; got null', { Attributes: { plan: ['a', null] } }),
    fault('Attributes.plan.0 must be a string; got a list', { Attributes: { plan: [['a']] } }),
    fault('Metrics must be an object', { Metrics: [1] }),
    fault('Metrics.visits must be a number; got Infinity', { Metrics: { visits: Number.POSITIVE_INFINITY } }),
    fault('Metrics.visits must be a number; got false', { Metrics: { visits: false } }),
    fault('Location must be an object', { Location: [] }),
    fault('Location.Longitude must be a number', { Location: { Latitude: 0, Longitude: '0' } }),
    fault('User must be an object', { User: 'ann' }),
    fault('User.UserAttributes must be an object', { User: { UserAttributes: ['a'] } }),
  ),
  oneOf(
    ...['Colour', 'id', 'address', 'constructor', '__proto__', 'Attributes.plan', ''].map(name =>
      // Such a name is written out, as an object's text would set its prototype.
      fault(`${name || '""'} is not a name that is known here`, JSON.parse(`{${JSON.stringify(name)}:"x"}`)),
    ),
    fault('Location.Planet is not a name that is known here', { Location: { Planet: 'Mars' } }),
    fault('User.Name is not a name that is known here', { User: { Name: 'Ann' } }),
    fault('Demographic.make is not a name that is known here', { Demographic: { make: 'x' } }),
  ),
)

const notUtf8 = 'a record must be UTF-8 text'

/** Bytes that are no UTF-8: stray, cut off, too long for what they say, half of a surrogate pair. */
const brokenBytes = fc.constantFrom(
  ...[
    [0xff],
    [0x80],
    [0xc3],
    [0xc3, 0x28],
    [0xe6, 0xbc],
    [0xc0, 0x80],
    [0xed, 0xa0, 0x80],
    [0xf4, 0x90, 0x80, 0x80],
  ].map(bytes => Buffer.from(bytes)),
)

const bytesOf = (...parts: (string | Uint8Array)[]) =>
  Buffer.concat(parts.map(part => Buffer.from(part as string)))

/** Texts that stand in no file of JSON: none is the beginning of another line's. */
const noJson = fc.oneof(
  fc.constantFrom(
    ...[
      '{Id:"a"}',
      "{'Id':'a'}",
      '{"Id":"a",}',
      '{"Id":"a"}{"Id":"b"}',
      '{"Id":"a"},',
      '{"Id":"a"} x',
      '{}}',
      '[{}',
    ],
    ...[
      '{"Id"}',
      '{"Id":}',
      '{"Id":a}',
      '{"Id":01}',
      '{"Id":1.}',
      '{"Id":+1}',
      '{"Id":NaN}',
      '{"Id":-Infinity}',
    ],
    ...[
      '{"Id":"a\tb"}',
      '{"Id":"\\x"}',
      '{"Id":"\\u12"}',
      '// no',
      '{/**/}',
      '\u0000',
      '{}\ufeff',
      '{}\u00a0',
      'Id,Address',
    ],
    ...['{"Id":"a" "b"}', '{"Id":tru}', '{"Id":nulls}', '{"Id":"a"\r}x', '{"a":1e}', '.5', '-', '"', '{"'],
  ),
  fc
    .tuple(newEndpoint({ format: 'JSON' }), fc.nat(), look)
    .map(([values, at, look]) => writeJson(values, new Dice(look)).slice(0, -1 - (at % 20))),
)

const badQuotes = 'a value that begins with a quote must end with one'

/** Lines of CSV that cannot be read as a record, whatever lines follow. */
const badLines: fc.Arbitrary<Omit<Row, 'look'>[]> = fc.oneof(
  fc
    .constantFrom('"a"b', '"a"b,c', 'a,"b"c"', '"a" "b"', '"a""b"c,"d"', '"\t"a', 'a,""b')
    .map(raw => [{ raw, reason: badQuotes }]),
  fc
    .array(
      text().map(text => text.replaceAll(/["\r\n]/g, ' ')),
      { minLength: 1, maxLength: 2 },
    )
    .map(surplus => [{ surplus, reason: 'a record must have at most ' }]),
  // The line after the one in which a value was begun makes clear that it does not end, and is a record by
  // itself.
  fc.constantFrom('"a', 'x,"', '"a, b', '"""').map(raw => [
    { raw, reason: badQuotes },
    { surplus: ['b"c'], reason: 'a record must have at most ' },
  ]),
  // Such bytes in a value of several lines spoil that record alone.
  brokenBytes.map(bytes => [{ raw: bytesOf('a,"b', bytes, '\n\n""c"'), reason: notUtf8 }]),
)

/**
 * Rows that cannot be imported; two of them belong together where the second says how the first is read.
 *
 * A JSON record of a user alone needs a user who is there; a CSV record of one needs a header of its own.
 */
export function badRows(format: Format): fc.Arbitrary<Row[]> {
  const base = newEndpoint({ format }).map(({ Id, ...values }): Values => ({ Id: `bad ${Id}`, ...values }))
  const spoiled = (fault: fc.Arbitrary<Fault>) =>
    fc.tuple(base, fault).map(([values, { change, without = [], reason }]) => {
      const kept = Object.entries(values).filter(([name]) => !without.includes(name))
      return [{ values: Object.fromEntries([...kept, ...Object.entries(change ?? {})]), reason }]
    })
  const UserId = base.map(({ Id }) => String(Id))
  const unknown = fc.oneof(
    base.map(({ Id }) => [{ values: { Id }, reason: 'Missing Address' }]),
    base.map(({ Id }) => [{ values: { Id, Metrics: { plan: 5 } }, reason: 'Missing Address' }]),
    fc.constant<Omit<Row, 'look'>[]>([{ values: {}, reason: 'Missing Address' }]),
    UserId.map(UserId => [
      {
        values: { User: { UserId } },
        reason:
          format === 'CSV'
            ? 'Missing Address (a list of users must have User.UserId as its only column)'
            : `User.UserId ${JSON.stringify(UserId)} has no endpoints`,
      },
    ]),
  )
  const broken = brokenBytes.map(bytes => [{ raw: bytesOf('{"Id":"', bytes, '"}'), reason: notUtf8 }])
  const ofFormat =
    format === 'CSV'
      ? badLines
      : fc.oneof(
          { weight: 2, arbitrary: spoiled(jsonFaults) },
          noJson.map(raw => [{ raw, reason: 'not JSON: ' }]),
          fc
            .constantFrom('[]', '[{}]', '5', 'null', 'true', '"{}"', ' -1e5 ')
            .map(raw => [{ raw, reason: 'a line must be one JSON object' }]),
          broken,
        )
  const rows: fc.Arbitrary<Omit<Row, 'look'>[]> = fc.oneof(
    { weight: 5, arbitrary: spoiled(faults(format)) },
    { weight: 3, arbitrary: ofFormat },
    { weight: 1, arbitrary: unknown },
  )
  return fc
    .tuple(rows, fc.array(look, { minLength: 2, maxLength: 2 }))
    .map(([rows, looks]) => rows.map((row, index) => ({ ...row, look: looks[index]! })))
}
