// FC_RUNS says how often each property is tried, FC_SEED where to begin:
// `FC_RUNS=2000 FC_SEED=7 npx tap -t 0 test/properties/*.test.ts`.
import fc from 'fast-check'
import type { Test } from 'tap'

const { FC_SEED, FC_RUNS } = process.env

/** Tries a property: always with the same values, unless the environment says otherwise. */
export async function holds<T>(t: Test, property: fc.IAsyncProperty<T>, runs: number): Promise<void> {
  const numRuns = FC_RUNS === undefined ? runs : Number(FC_RUNS)
  await fc.assert(property, {
    seed: FC_SEED === undefined ? 20_261_030 : Number(FC_SEED),
    numRuns,
    // A counterexample is made smaller for as long as that; it is of no use to anybody after tap's own time
    // limit.
    ...(FC_RUNS === undefined && { interruptAfterTimeLimit: 60_000, markInterruptAsFailure: true }),
  })
  t.pass(`held ${numRuns} times`)
}

export type Format = 'CSV' | 'JSON'

/** The members of an endpoint as a file names them. Of a bad record, some are not what they should be. */
export type Values = Record<string, unknown>

/** A record of a file. */
export interface Row {
  /** What it says; or else it is written as it stands in `raw`. */
  values?: Values
  raw?: string | Uint8Array
  /** Values of a CSV record that has more of them than there are columns. */
  surplus?: string[]
  /** How the reason begins for which it cannot be imported; undefined of one that can be. */
  reason?: string
  /** Which of the ways to write it is taken; 0 is the plainest. */
  look: number
}

/** Numbers for `Row.look`. */
export const look: fc.Arbitrary<number> = fc.noBias(fc.nat())

/** Draws from a look: the same each time, and always 0 from the look 0. */
export class Dice {
  #state: number

  constructor(look: number) {
    this.#state = look
  }

  /** A number below `sides`. */
  roll(sides: number): number {
    if (this.#state === 0) return 0
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0 || 1
    return (this.#state >>> 8) % sides
  }

  /** True once in so many times. */
  isOne(sides: number): boolean {
    return this.roll(sides) === sides - 1
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.roll(choices.length)]!
  }

  shuffle<T>(values: readonly T[]): T[] {
    const left = [...values]
    return values.map(() => left.splice(this.roll(left.length), 1)[0]!)
  }
}

/** Texts that mean something to some reader of CSV, of JSON, of JavaScript or of SQL. */
const oddTexts = [
  ...[
    '"',
    '""',
    'say "hi"',
    'a,b',
    ',',
    ' ',
    ' a',
    'a ',
    '\t',
    "it's",
    '%',
    '%2F',
    '/',
    '~1',
    '\\',
    '\\n',
    '\\u0041',
  ],
  ...['a\nb', 'a\r\nb', 'a\rb', '\n', '\r', '\n\n', 'a\n"b",\nc', '\n,\n', ' \n \n'],
  ...[
    '\u0000',
    'a\u0000b',
    'a\u0000c',
    '\u007f',
    '\u00a0',
    '\u2028',
    '\ufeff',
    '\ufeffa',
    '\ufffd',
    '\u{10ffff}',
  ],
  ...[
    'ß',
    'İ',
    'ſ',
    'é',
    'e\u0301',
    '漢字',
    '👩‍👩‍👧',
    'constructor',
    '__proto__',
    'toString',
    'length',
    'a.b',
    '.',
    '..',
  ],
  ...[
    'null',
    'true',
    '0',
    '007',
    '1e3',
    '-1.5',
    'NaN',
    '=1+1',
    '[]',
    'Id',
    'Attributes.a',
    'NULL',
    "x' OR '1'='1",
  ],
]

/** Any character; fast-check's own `binary` takes two seconds to make. */
export const character: fc.Arbitrary<string> = fc
  .nat({ max: 0x10_ffff - 0x800 })
  .map(code => String.fromCodePoint(code < 0xd800 ? code : code + 0x800))

/** A text of 1 to `maxLength` UTF-16 units. */
export const text = (maxLength = 30): fc.Arbitrary<string> =>
  fc
    .oneof(
      fc.string({ minLength: 1, maxLength: 8, unit: 'grapheme-ascii' }),
      fc.string({ minLength: 1, maxLength: 6, unit: character }),
      fc.constantFrom(...oddTexts),
      fc.string({ minLength: 1, maxLength: 8, unit: fc.constantFrom('"', ',', '\n', '\r', ' ', 'a') }),
      fc.string({ minLength: maxLength, maxLength, unit: fc.constantFrom('x', 'é') }),
    )
    // Of several CRs before an LF, CSV keeps one.
    .map(text => text.replaceAll(/\r+\n/g, '\r\n'))
    .filter(text => text.length <= maxLength)

/**
 * Ids cannot hold `$`, `{`, `}` and U+0000, nor be `__proto__`; and no client of HTTP can ask for an id that
 * is one dot or two.
 */
const idText = text().map(text => text.replaceAll(/[${}\0]/g, '-').replace(/^(\.\.?|__proto__)$/, 'usable'))

/** Ids that differ in a character that some comparison could pass over. */
const alikeId = fc.constantFrom(
  ...[
    'a',
    'a ',
    ' a',
    'a\n',
    'á',
    'a\u0301',
    'a%',
    'a_',
    'a?',
    'a/',
    'a/b',
    'a.b',
    'a#b',
    'aé',
    'aÉ',
    'a+b',
    'a b',
  ],
  ...['a\u0001', 'a\u0001b', 'A\u0001c', 'a\u0001\u0001', 'a\ufffd', 'a\u{10000}'],
)

export const id: fc.Arbitrary<string> = fc.oneof(
  { weight: 2, arbitrary: idText },
  { weight: 1, arbitrary: alikeId },
)

const userId = fc.oneof(fc.constantFrom('ann', 'Ann', 'b e n', 'ça\nva'), idText)

/**
 * A name of an attribute or a metric; the names of CSV columns are trimmed and stand in one line. A backslash
 * at the beginning is left out: behind a name of that kind, JSON.parse of Node 24 takes other names for it
 * (nodejs/node#63785).
 */
export const nameOf = (format: Format): fc.Arbitrary<string> => {
  const name = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom('plan', 'a.b', 'constructor', 'say "hi"', 'a,b', '漢字') },
    { weight: 1, arbitrary: text(50).filter(name => !name.startsWith('\\') && name !== '__proto__') },
  )
  return format === 'JSON' ? name : name.filter(name => name === name.trimEnd() && !name.includes('\n'))
}

export const channels = [
  ...[
    'EMAIL',
    'SMS',
    'PUSH',
    'GCM',
    'APNS',
    'APNS_SANDBOX',
    'APNS_VOIP',
    'APNS_VOIP_SANDBOX',
    'ADM',
    'VOICE',
  ],
  ...['BAIDU', 'CUSTOM', 'IN_APP'],
] as const

const number = fc.oneof(
  fc.integer({ min: -1000, max: 1000 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0.1, 1e21, 5e-324, Number.MAX_VALUE, Number.MAX_SAFE_INTEGER + 1),
)

const date = fc
  .date({ min: new Date('1970-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
  .chain(date => {
    const text = date.toISOString()
    const seconds = text.slice(0, 19)
    return fc.constantFrom(text, `${seconds}Z`, `${seconds}.5Z`, `${seconds}.123456Z`, `${seconds}+01:00`)
  })

const mapOf = <T>(name: fc.Arbitrary<string>, value: fc.Arbitrary<T>) =>
  fc
    .uniqueArray(fc.tuple(name, value), { maxLength: 3, selector: ([name]) => name })
    .map(entries => Object.fromEntries(entries))

interface EndpointOptions {
  format: Format
  /** Whether lists without values and texts without characters come too, as only JSON can have them. */
  empties?: boolean
}

/** What may be said of an endpoint beside its id, its address and its channel. */
function details({ format, empties = false }: EndpointOptions) {
  const name = nameOf(format)
  const maybeEmpty = (text: fc.Arbitrary<string>) =>
    empties ? fc.oneof({ weight: 5, arbitrary: text }, { weight: 1, arbitrary: fc.constant('') }) : text
  const attributes = mapOf(
    name,
    fc.array(maybeEmpty(text(100)), { minLength: empties ? 0 : 1, maxLength: 3 }),
  )
  const short = maybeEmpty(text(50))
  return {
    OptOut: fc.constantFrom('ALL', 'NONE'),
    RequestId: maybeEmpty(text()),
    EffectiveDate: date,
    Attributes: attributes,
    Metrics: mapOf(name, number),
    Location: fc
      .tuple(
        fc.record({ City: short, Country: short, PostalCode: short, Region: short }, { requiredKeys: [] }),
        fc.option(
          fc.record({
            Latitude: fc.double({ min: -90, max: 90, noNaN: true }),
            Longitude: fc.double({ min: -180, max: 180, noNaN: true }),
          }),
          { nil: {} },
        ),
      )
      .map(([words, place]) => ({ ...words, ...place })),
    Demographic: fc.record(
      {
        AppVersion: short,
        Locale: short,
        Make: short,
        Model: maybeEmpty(text(100)),
        ModelVersion: short,
        Platform: short,
        PlatformVersion: short,
        Timezone: fc.oneof(
          fc.constantFrom('Europe/Berlin', 'US/Pacific-New', 'Canada/East-Saskatchewan'),
          short,
        ),
      },
      { requiredKeys: [] },
    ),
    User: fc.record({ UserId: userId, UserAttributes: attributes }, { requiredKeys: [] }),
  }
}

/** What may be said of an endpoint that is new, whose records have an id always, sometimes or never. */
export function newEndpoint(
  options: EndpointOptions,
  ids: 'always' | 'sometimes' | 'never' = 'always',
): fc.Arbitrary<Values> {
  const needed = { ChannelType: fc.constantFrom(...channels), Address: text(40) }
  const withId = fc.record(
    { Id: id, ...needed, ...details(options) },
    { requiredKeys: ['Id', 'ChannelType', 'Address'] },
  )
  const withoutId = fc.record(
    { ...needed, ...details(options) },
    { requiredKeys: ['ChannelType', 'Address'] },
  )
  const values: fc.Arbitrary<Values> = {
    always: withId,
    sometimes: fc.oneof({ weight: 4, arbitrary: withId }, { weight: 1, arbitrary: withoutId }),
    never: withoutId,
  }[ids]
  return options.empties ? values : values.map(prune)
}

/** Leaves out objects in which nothing stands, as CSV cannot say them. */
const prune = (values: Values): Values =>
  Object.fromEntries(
    Object.entries(values)
      .map(([name, value]): [string, unknown] => [name, isObject(value) ? prune(value) : value])
      .filter(([, value]) => !isObject(value) || Object.keys(value).length > 0),
  )

export const isObject = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What tells an endpoint from others: its id, or what its id is made of. */
const keyOf = ({ Id, ChannelType, Address }: Values) =>
  Id === undefined ? `${ChannelType}:${Address}` : String(Id).toLowerCase()

/** An id in which some letters are of the other case, which is the same one. */
const recase = (id: string, dice: Dice) =>
  id.replaceAll(/[a-z]/gi, letter => {
    if (!dice.isOne(2)) return letter
    return letter < 'a' ? letter.toLowerCase() : letter.toUpperCase()
  })

/**
 * Rows of new endpoints, and behind them rows that change some of those. A row that comes a second time says
 * nothing of its endpoint that the file has not said last: whose an endpoint is never changes, as who leaves
 * a user takes along what the user had.
 */
export function goodRows(
  options: EndpointOptions & { ids?: 'always' | 'sometimes'; most?: number },
): fc.Arbitrary<Row[]> {
  const { User: _, ...members } = details(options)
  const change = fc
    .record(members, { requiredKeys: [] })
    .map(options.empties ? values => values as Values : prune)
    .filter(values => Object.keys(values).length > 0)
  const { ids = 'sometimes', most = 8 } = options
  return fc
    .record({
      endpoints: fc.uniqueArray(newEndpoint(options, ids), {
        minLength: 1,
        maxLength: most,
        selector: keyOf,
      }),
      changes: fc.array(fc.tuple(fc.nat(), change), { maxLength: 3 }),
      looks: fc.array(look, { minLength: most + 3, maxLength: most + 3 }),
    })
    .map(({ endpoints, changes, looks }) => {
      const named = endpoints.filter(({ Id }) => Id !== undefined)
      const changed = named.length === 0 ? [] : changes
      return [
        ...endpoints.map((values, index) => ({ values, look: looks[index]! })),
        ...changed.map(([of, values], index) => {
          const look = looks[most + index]!
          const Id = recase(String(named[of % named.length]!.Id), new Dice(look))
          return { values: { Id, ...values }, look }
        }),
      ]
    })
}

/** The endpoints of rows, each with what was said of its channel and address last. */
export function endpointsIn(rows: Row[]): Values[] {
  const endpoints = new Map<string, Values>()
  for (const { values = {} } of rows) {
    const key = keyOf(values)
    endpoints.set(key, { ...endpoints.get(key), ...values })
  }
  return [...endpoints.values()]
}

/** The ids that rows name. */
export const idsOf = (rows: Row[]): string[] => [
  ...new Set(rows.flatMap(({ values }) => (typeof values?.Id === 'string' ? [values.Id] : []))),
]

/** Puts groups of rows in between others. */
export function mix(rows: Row[], groups: [at: number, group: Row[]][]): Row[][] {
  const mixed = rows.map(row => [row])
  for (const [at, group] of groups) mixed.splice(at % (mixed.length + 1), 0, group)
  return mixed
}
