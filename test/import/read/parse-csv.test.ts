import t, { type Test } from 'tap'
import { UnreadableError } from '../../../server/buckets/bucket.ts'
import { isBad } from '../../../server/import/read/item.ts'
import { parseCsv } from '../../../server/import/read/parse-csv.ts'
import { numbered } from '../../support/endpoint-files.ts'
import { badOnes, collect, linesOf, matchEach, outcomes, spoiledLine } from '../../support/items.ts'

/** Parses lines, the first of which is the header. */
const parse = (...lines: string[]) => collect(parseCsv([linesOf(lines)]))

/** Expects a header to be refused, and the reason to hold a text. */
async function refuses(t: Test, header: string, why: string) {
  const error = await parse(header, 'a').then(
    () => undefined,
    error => error,
  )
  t.ok(error instanceof UnreadableError, `${header} is refused`)
  t.match(error?.message, 'CSV header')
  t.match(error?.message, why)
}

t.test('each line is a record, its cells placed by the header', async t => {
  const items = await parse('Id,Address,ChannelType', 'e1,a@example.com,EMAIL', 'e2,b@example.com,EMAIL')
  t.same(outcomes(items), [
    { Id: 'e1', Address: 'a@example.com', ChannelType: 'EMAIL' },
    { Id: 'e2', Address: 'b@example.com', ChannelType: 'EMAIL' },
  ])
  t.same(
    items.map(({ line }) => line.number),
    [2, 3],
    'the header is line 1',
  )
})

t.test('a name with dots leads into an object', async t => {
  const [record] = outcomes(
    await parse(
      'Location.City,Location.Latitude,User.UserId,User.UserAttributes.team,Attributes.plan,Metrics.visits,Demographic.Make',
      'Leeds,53.8,u1,red,free,3,Acme',
    ),
  )
  t.same(record, {
    Location: { City: 'Leeds', Latitude: 53.8 },
    User: { UserId: 'u1', UserAttributes: { team: ['red'] } },
    Attributes: { plan: ['free'] },
    Metrics: { visits: 3 },
    Demographic: { Make: 'Acme' },
  })
})

t.test('every column of one attribute adds a value to its list', async t => {
  const items = await parse(
    'Id,User.UserAttributes.tag,Attributes.a,User.UserAttributes.tag,User.UserAttributes.tag',
    'e1,x,1,y,z',
    'e2,,1,,z',
  )
  matchEach(t, outcomes(items), [
    { User: { UserAttributes: { tag: ['x', 'y', 'z'] } }, Attributes: { a: ['1'] } },
    { User: { UserAttributes: { tag: ['z'] } } },
  ])
})

t.test('an attribute or metric may have any name', async t => {
  const names = ['a.b', 'with space', 'constructor', 'toString', 'hasOwnProperty']
  const header = names.map(name => `Attributes.${name}`).join(',')
  const [record] = outcomes(await parse(header, names.join(',')))
  t.same(record, { Attributes: Object.fromEntries(names.map(name => [name, [name]])) })
  const [metrics] = outcomes(await parse('Metrics.valueOf,Metrics.a.b', '1,2'))
  t.same(metrics, { Metrics: { valueOf: 1, 'a.b': 2 } })
})

t.test('a record does not share anything with the one before it', async t => {
  const items = await parse('Attributes.a,Attributes.b', '1,', ',2')
  t.same(outcomes(items), [{ Attributes: { a: ['1'] } }, { Attributes: { b: ['2'] } }])
})

t.test('names in the header may have spaces around them', async t => {
  t.same(outcomes(await parse('Id, Address ,\tChannelType', 'e1,a,EMAIL')), [
    { Id: 'e1', Address: 'a', ChannelType: 'EMAIL' },
  ])
})

t.test('spaces around a quoted cell are no part of it', async t => {
  t.same(outcomes(await parse('Id, "Address" ,Location.City', ' "e1" , "a, b"  , c')), [
    { Id: 'e1', Address: 'a, b', Location: { City: ' c' } },
  ])
})

t.test('a quoted cell may hold commas and doubled quotes', async t => {
  t.same(outcomes(await parse('"Id","Location.City","Address"', '"e1","Berlin, ""Mitte""","a"')), [
    { Id: 'e1', Location: { City: 'Berlin, "Mitte"' }, Address: 'a' },
  ])
})

t.test('a quote inside a cell that is not quoted stands for itself', async t => {
  t.same(outcomes(await parse('Id,Address', 'e1,5" pipe')), [{ Id: 'e1', Address: '5" pipe' }])
})

t.test('empty cells and cells that are missing are absent', async t => {
  t.same(outcomes(await parse('Id,Address,Metrics.m', ',,', 'e1', '"",a,""')), [
    {},
    { Id: 'e1' },
    { Address: 'a' },
  ])
})

t.test('a record with more cells than the header is bad', async t => {
  const items = await parse('Id,Address', 'e1,a', 'e2,b,c', 'e3,c')
  matchEach(t, badOnes(items), [{ line: { number: 3 }, reason: /at most 2 .* 3$/ }])
  t.same(outcomes(items).slice(0, 1), [{ Id: 'e1', Address: 'a' }])
  t.same(outcomes(items).slice(2), [{ Id: 'e3', Address: 'c' }])
})

t.test('a quote that is never closed spoils its own line and no other', async t => {
  const items = await parse('Id,Address', 'e1,"a', 'e2,b', '"e3"x,c', 'e4,d')
  t.same(
    badOnes(items).map(({ line }) => line.number),
    [2, 4],
  )
  t.same(
    items.filter(item => !isBad(item)).map(item => (item as { value: object }).value),
    [
      { Id: 'e2', Address: 'b' },
      { Id: 'e4', Address: 'd' },
    ],
  )
})

t.test('a metric or coordinate that is no number is bad, and the member is named', async t => {
  for (const text of ['many', ' ', '1,5', 'NaN', 'Infinity', '0x', '--1']) {
    const [outcome] = outcomes(await parse('Metrics.visits', `"${text}"`))
    t.match(outcome, /^Metrics\.visits must be a number/, JSON.stringify(text))
  }
  matchEach(t, outcomes(await parse('Location.Latitude', 'north')), [/^Location\.Latitude must be a number/])
  t.same(outcomes(await parse('Metrics.m', '-1.5e3')), [{ Metrics: { m: -1500 } }])
})

t.test('text stays as it is, numbers and spaces included', async t => {
  t.same(outcomes(await parse('Id,Address', '007, +44 20 ')), [{ Id: '007', Address: ' +44 20 ' }])
})

t.test('a header with a name that Pinpoint does not import is not usable', async t => {
  for (const name of [
    'Colour',
    'id',
    'address',
    'Attributes',
    'Attributes.',
    'Metrics',
    'Location.Planet',
    'User',
  ]) {
    await refuses(t, `Id,${name}`, JSON.stringify(name))
  }
  await refuses(t, 'Id,,Address', 'column 2 has no name')
})

t.test('a header that other signs separate, or that a CR ends, is told so', async t => {
  for (const sign of [';', '\t', '|']) await refuses(t, `Id${sign}Address`, 'only commas separate columns')
  await refuses(t, 'Id,Address\re1,a', 'lines end with LF or CRLF')
})

t.test('a header of Excel with another separator is named for what it is', async t => {
  const semicolons =
    'semicolons stand between its columns, as Excel writes them where the decimal sign is a comma, and only commas'
  for (const header of [
    'Id;ChannelType;Address',
    '"Id";"ChannelType";"User.UserAttributes.a"',
    ' Id ; Colour',
    'Attributes.plan;Id;Metrics.visits',
    '"Id";"a,b"',
  ]) {
    await refuses(t, header, semicolons)
  }
  await refuses(t, 'Id\tAddress', 'tabs stand between its columns')
  await refuses(t, 'Id|Address', 'vertical bars stand between its columns')
  await refuses(t, 'sep=;', 'its first line is "sep=;", which only Excel understands: remove that line')
  await refuses(t, 'sep=,', 'its first line is "sep=,", which only Excel')
  await refuses(t, '"SEP=;",,', 'which only Excel understands')
  matchEach(t, outcomes(await parse('Attributes.a;b', 'x')), [{ Attributes: { 'a;b': ['x'] } }])
  matchEach(t, outcomes(await parse('Id,Attributes.a;Id', 'e1,x')), [{ Attributes: { 'a;Id': ['x'] } }])
})

t.test('all that is wrong with a record is told, and its id', async t => {
  matchEach(t, await parse('Metrics.a,Id,Metrics.b,Location.Latitude', 'x,e1,y,91', 'z,,1,', '1,e3,2,3,4'), [
    {
      reason: 'Metrics.a must be a number; got "x", and Metrics.b must be a number; got "y"',
      rest: { Id: 'e1', Location: { Latitude: 91 } },
    },
    { reason: 'Metrics.a must be a number; got "z"', id: undefined },
    { reason: /at most 4 values/, id: 'e3', rest: undefined },
  ])
})

t.test('a header with a name twice is not usable, unless it is an attribute', async t => {
  for (const name of ['Id', 'Location.City', 'Metrics.m']) await refuses(t, `${name},Address,${name}`, name)
})

t.test('a header that is bad in itself is not usable', async t => {
  await refuses(t, 'Id,"Address', 'quote')
  await t.rejects(collect(parseCsv([[spoiledLine(), ...linesOf(['e1'], 2)]])), { message: /header.*spoiled/ })
})

t.test('names that an export carries and an import ignores may stand in the header', async t => {
  await t.resolves(parse('Id,EndpointStatus,CohortId,CreationDate,ApplicationId', 'e1,ACTIVE,5,x,y'))
})

t.test('a header that was read before makes every line a record', async t => {
  const items = await collect(parseCsv([linesOf(['e1,a', 'e2,b'], 7)], 'Id,Address'))
  t.same(outcomes(items), [
    { Id: 'e1', Address: 'a' },
    { Id: 'e2', Address: 'b' },
  ])
  t.equal(items[0]!.line.number, 7)
})

t.test('a header alone has no records, and neither has nothing', async t => {
  t.same(await parse('Id,Address'), [])
  t.same(await collect(parseCsv([])), [])
})

t.test('the header and the records may come in batches of their own', async t => {
  const batches = [linesOf(['Id']), linesOf(['e1'], 2), linesOf(['e2', 'e3'], 3)]
  t.same(outcomes(await collect(parseCsv(batches))), [{ Id: 'e1' }, { Id: 'e2' }, { Id: 'e3' }])
})

t.test('a line that cannot be read is a bad record', async t => {
  const items = await collect(parseCsv([[...linesOf(['Id']), spoiledLine(2), ...linesOf(['e3'], 3)]]))
  matchEach(t, items, [{ reason: 'spoiled', line: { number: 2 } }, { value: { Id: 'e3' } }])
})

t.test('a quoted cell may hold line breaks, which stay as they are, and blank lines', async t => {
  const lines = linesOf(['Id,Location.City,Address', 'e1,"one', '', 'three"",""",a', 'e2,York,b'])
  lines[1]!.lineBreak = '\r\n'
  const items = await collect(parseCsv([lines]))
  t.same(outcomes(items), [
    { Id: 'e1', Location: { City: 'one\r\n\nthree","' }, Address: 'a' },
    { Id: 'e2', Location: { City: 'York' }, Address: 'b' },
  ])
  const [record] = items
  t.match(record!.line, {
    number: 2,
    nextNumber: 5,
    start: lines[1]!.start,
    end: lines[3]!.end,
    text: 'e1,"one\r\n\nthree"",""",a',
  })
})

t.test('records are the same however their lines come in batches', async t => {
  const lines = linesOf(['Id,Address', '"e1', '2",a', 'e2,"b', 'e3,c"d', 'e4,"e', '"', '"e5"'])
  const whole = await collect(parseCsv([lines]))
  t.equal(whole.length, 5)
  const one = await collect(parseCsv(lines.map(line => [line])))
  t.same(one, whole)
  for (let cut = 1; cut < lines.length; cut++) {
    t.same(await collect(parseCsv([lines.slice(0, cut), lines.slice(cut)])), whole, `cut at ${cut}`)
  }
})

t.test('a quoted cell that holds bytes which are no text spoils its record alone', async t => {
  const lines = linesOf(['Id,Address', 'e1,"a', 'b', 'c"', 'e2,d'])
  lines[2]!.problem = 'spoiled'
  matchEach(t, await collect(parseCsv([lines])), [
    { reason: 'spoiled', line: { number: 2, nextNumber: 5 } },
    { value: { Id: 'e2' } },
  ])
})

t.test('a stray quote spoils its own line alone, whatever the next quote is', async t => {
  for (const last of ['e9,"z"', 'e9,z', '"e9",z', 'e9,z"z']) {
    const items = await parse('Id,Address', 'e1,"a', 'e2,b', 'e3,c', last)
    t.same(
      badOnes(items).map(({ line }) => line.number),
      [2],
      last,
    )
    t.equal(items.length, 4, last)
  }
})

t.test('a quoted cell does not take in more cells than a record may have', async t => {
  const items = await parse('Id,Address', 'e1,"a', 'e2,b"', 'e3,"c', 'e4",d', 'e5,e')
  t.same(
    badOnes(items).map(({ line }) => line.number),
    [4],
    'the first two lines are a record of two cells, the next two would be one of three',
  )
  t.same(outcomes(items).slice(-2), [
    { Id: 'e4"', Address: 'd' },
    { Id: 'e5', Address: 'e' },
  ])
})

t.test(
  'a record has at most 200 lines and 64 KB, so that a quote which is never closed spoils one line',
  async t => {
    const closedAfter = (count: number, line = 'x') => [
      'Id',
      '"e',
      ...Array<string>(count).fill(line),
      'e"',
      'e2',
    ]
    t.equal((await parse(...closedAfter(198))).length, 2, 'a record of 200 lines is one')
    for (const lines of [
      closedAfter(200),
      closedAfter(70, 'x'.repeat(1000)),
      closedAfter(5000).slice(0, -2),
    ]) {
      const items = await parse(...lines)
      t.equal(items.length, lines.length - 1)
      t.same(
        badOnes(items).map(({ line }) => line.number),
        [2],
      )
    }
  },
)

t.test(
  'lines that each open a quote and close another are read in a time that grows with their number',
  async t => {
    // Each line is looked at again for every line before it that it could belong to: that must be a bounded
    // number.
    const columns = numbered('Attributes.a', 2000)
    const items = await parse(columns.join(','), ...Array<string>(20_000).fill('x""","'))
    t.equal(badOnes(items).length, 20_000)
  },
)

t.test('under the header User.UserId each line lists users', async t => {
  const users = (...ids: string[]) => ids.map(UserId => ({ User: { UserId } }))
  t.same(
    outcomes(await parse(' User.UserId ', 'u1', 'u2 ü3\tu4 ', '', '"u 5"')),
    users('u1', 'u2', 'ü3', 'u4', 'u 5'),
  )
  matchEach(t, outcomes(await parse('User.UserId', 'u1,u2')), [/at most 1 value,/])
})

t.test('each user of a line has the bytes at which it begins and the next one does', async t => {
  const [header, line, next] = linesOf(['User.UserId', ' ü1  u2 u3', 'u4'])
  const items = await collect(parseCsv([[header!, line!, next!]]))
  const { start, end } = line!
  t.same(
    items.map(({ line }) => [line.text, line.start, line.end, line.number, line.nextNumber]),
    [
      ['ü1', start, start + 6, 2, 2],
      ['u2', start + 6, start + 9, 2, 2],
      ['u3', start + 9, end, 2, 3],
      ['u4', end, next!.end, 3, 4],
    ],
  )
})

t.test('a row of other columns that names a user alone is no user', async t => {
  const items = await parse('Id,User.UserId', ',u1', 'e1,u1')
  matchEach(t, outcomes(items), [/^Missing Address .*User\.UserId as its only column/, { Id: 'e1' }])
  const beside = await parse('EndpointStatus,User.UserId', 'ACTIVE,u1')
  matchEach(t, outcomes(beside), [/^Missing Address .*User\.UserId as its only column/])
})
