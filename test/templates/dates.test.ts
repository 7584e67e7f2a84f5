import t from 'tap'
import { createRenderer } from '../../server/templates/renderer.ts'

const renderer = createRenderer()

/** What a template prints with these values; the failure's message where it fails. */
function render(template: string, values: object): string {
  const options = {
    now: new Date('2026-06-15T12:00:00Z'),
    uuid: () => '',
    missingVariables: 'fail' as const,
  }
  const { text, failure } = renderer.render(template, { endpoint: values }, options)
  return text ?? failure.message
}

const format = (date: string, pattern: string, zone = 'UTC') =>
  render('{{dateFormat date outputFormat=pattern tz=zone}}', { date, pattern, zone })

/** Reads a date, and prints it in ISO 8601, in UTC. */
const read = (date: string, pattern: string, zone = 'UTC') => {
  const zoned = render(
    `{{dateFormat date inputFormat=pattern outputFormat="yyyy-MM-dd'T'HH:mm:ss.SSSZ" tz=zone}}`,
    { date, pattern, zone },
  )
  const time = Date.parse(zoned)
  return Number.isNaN(time) ? zoned : new Date(time).toISOString()
}

/** The moment, and the samples, of the documentation of java.text.SimpleDateFormat. */
const moment = '2001-07-04T12:08:56.235-07:00'
const samples: [pattern: string, text: string][] = [
  ["yyyy.MM.dd G 'at' HH:mm:ss z", '2001.07.04 AD at 12:08:56 PDT'],
  ["EEE, MMM d, ''yy", "Wed, Jul 4, '01"],
  ['h:mm a', '12:08 PM'],
  ["hh 'o''clock' a, zzzz", "12 o'clock PM, Pacific Daylight Time"],
  ['K:mm a, z', '0:08 PM, PDT'],
  ['yyyyy.MMMMM.dd GGG hh:mm aaa', '02001.July.04 AD 12:08 PM'],
  ['EEE, d MMM yyyy HH:mm:ss Z', 'Wed, 4 Jul 2001 12:08:56 -0700'],
  ['yyMMddHHmmssZ', '010704120856-0700'],
  ["yyyy-MM-dd'T'HH:mm:ss.SSSZ", '2001-07-04T12:08:56.235-0700'],
  ["yyyy-MM-dd'T'HH:mm:ss.SSSXXX", '2001-07-04T12:08:56.235-07:00'],
  ["YYYY-'W'ww-u", '2001-W27-3'],
]

t.test('patterns of dates print what the documentation of SimpleDateFormat shows', async t => {
  for (const [pattern, text] of samples)
    t.equal(format(moment, pattern, 'America/Los_Angeles'), text, pattern)
})

t.test('patterns of dates print the letters of which the documentation shows no sample', async t => {
  t.equal(
    format('2020-09-19T00:05:09.007Z', 'y yy yyyy L LLL k H K h S SSS D F w W u EEEE'),
    '2020 20 2020 9 Sep 24 0 0 12 7 007 263 3 38 3 6 Saturday',
  )
  t.equal(format('2020-09-20', 'w W u'), '39 4 7', 'a week begins on Sunday')
  t.equal(format('2020-12-31', 'YYYY w W'), '2021 1 5', 'the week of January 1 is the first of its year')
  t.equal(format('2021-01-02', 'YYYY w W'), '2021 1 1')
  t.equal(format('2021-01-03', 'YYYY w W'), '2021 2 2')
  t.equal(format('2020-09-19', 'X XX XXX Z z'), 'Z Z Z +0000 UTC')
  t.equal(format('2020-09-19', 'X XX XXX Z', 'Asia/Kathmandu'), '+05 +0545 +05:45 +0545')
})

t.test('patterns of dates read what they print', async t => {
  for (const [pattern, text] of samples.slice(6, 10)) {
    const milliseconds = pattern.includes('S') ? '235' : '000'
    t.equal(read(text, pattern), `2001-07-04T19:08:56.${milliseconds}Z`, pattern)
  }
  for (const [text, pattern, expected] of [
    ['9/9/20', 'MM/dd/yy', '2020-09-09T00:00:00.000Z'],
    ['20200919', 'yyyyMMdd', '2020-09-19T00:00:00.000Z'],
    ['19.9.2020 12:30 am', 'd.M.yyyy h:mm a', '2020-09-19T00:30:00.000Z'],
    ['19 SEPT 2020 12 PM', 'd MMM yyyy h a', '2020-09-19T12:00:00.000Z'],
    ['Saturday 19 september 2020 24', 'EEEE d MMMM yyyy k', '2020-09-19T00:00:00.000Z'],
    ['2020', 'yyyy', '2020-01-01T00:00:00.000Z'],
    ['2020-09-19 and more', 'yyyy-MM-dd', '2020-09-19T00:00:00.000Z'],
    ['2020-09-19 10:00 GMT+02:00', 'yyyy-MM-dd HH:mm z', '2020-09-19T08:00:00.000Z'],
    ['2020-09-19 10:00 PST', 'yyyy-MM-dd HH:mm z', '2020-09-19T18:00:00.000Z'],
    ['2020-09-19 10:00 edt', 'yyyy-MM-dd HH:mm Z', '2020-09-19T14:00:00.000Z'],
    ['45', 'yy', '2045-01-01T00:00:00.000Z'],
    ['46', 'yy', '1946-01-01T00:00:00.000Z'],
    ['2020-02-29', 'yyyy-MM-dd', '2020-02-29T00:00:00.000Z'],
  ] as const) {
    t.equal(read(text, pattern), expected, `${text} by ${pattern}`)
  }
})

t.test('a text that is no date, or none of the pattern, is not read as one', async t => {
  for (const [text, pattern] of [
    ...[
      ['2021-02-29', 'yyyy-MM-dd'],
      ['2020-13-01', 'yyyy-MM-dd'],
      ['2020-00-01', 'yyyy-MM-dd'],
      ['0000', 'yyyy'],
    ],
    ...[
      ['2020-09', 'yyyy-MM-dd'],
      ['a', 'd'],
      ['Foo', 'MMM'],
      ['2020919', 'yyyyMMdd'],
      ['13 PM', 'h a'],
    ],
    ...[
      ['10:61', 'HH:mm'],
      ['', 'yyyy'],
    ],
  ] as [string, string][]) {
    t.match(read(text, pattern), 'is not a date: it must be as in', `${text} by ${pattern}`)
  }
  for (const text of ['2020-09-19T25:00:00Z', '2020-02-30', '20200919', '1600510272000', 'tomorrow']) {
    t.match(render('{{dateFormat date}}', { date: text }), 'is not a date: no inputFormat', text)
  }
  t.match(read('38', 'w'), 'w in an inputFormat does not say which day it is')
  t.match(format('2020-09-19', "yyyy 'x"), 'has no end')
})

t.test('a date without an offset is in the zone that is given, changes of clocks included', async t => {
  const paris = (date: string) => read(date, "yyyy-MM-dd'T'HH:mm", 'Europe/Paris')
  t.equal(paris('2020-01-15T12:00'), '2020-01-15T11:00:00.000Z')
  t.equal(paris('2020-07-15T12:00'), '2020-07-15T10:00:00.000Z')
  t.equal(paris('2020-03-29T01:59'), '2020-03-29T00:59:00.000Z')
  t.equal(paris('2020-03-29T03:00'), '2020-03-29T01:00:00.000Z')
  t.match(paris('2020-03-29T02:30'), /^2020-03-29T0[01]:30/, 'a time that clocks skip is one beside it')
  t.match(paris('2020-10-25T02:30'), /^2020-10-25T0[01]:30/, 'a time that clocks show twice is one of both')
  t.equal(paris('2020-10-25T03:00'), '2020-10-25T02:00:00.000Z')
  t.equal(render('{{now "HH:mm" tz=Asia/Tokyo}} {{now "HH:mm" tz="america/new_york"}}', {}), '21:00 08:00')
})
