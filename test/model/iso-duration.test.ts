import t from 'tap'
import { addDuration, readDuration } from '../../server/model/iso-duration.ts'

const after = (from: string, duration: string) =>
  new Date(addDuration(Date.parse(from), readDuration(duration)!)).toISOString()

t.test('a duration is added to a time, months and years by the calendar', async t => {
  for (const [from, duration, to] of [
    ['2027-03-01T09:00:00.000Z', 'PT24H', '2027-03-02T09:00:00.000Z'],
    ['2027-03-01T09:00:00.000Z', 'P1DT2H3M4.567S', '2027-03-02T11:03:04.567Z'],
    ['2027-03-01T09:00:00.000Z', 'P2W', '2027-03-15T09:00:00.000Z'],
    ['2027-03-01T09:00:00.000Z', 'PT0S', '2027-03-01T09:00:00.000Z'],
    ['2027-03-01T09:00:00.000Z', 'PT1000000S', '2027-03-12T22:46:40.000Z'],
    ['2027-01-31T09:00:00.000Z', 'P1M', '2027-02-28T09:00:00.000Z'],
    ['2027-01-31T09:00:00.000Z', 'P1MT24H', '2027-03-01T09:00:00.000Z'],
    ['2028-02-29T09:00:00.000Z', 'P1Y', '2029-02-28T09:00:00.000Z'],
    ['2027-12-31T23:59:59.999Z', 'P1Y2M', '2029-02-28T23:59:59.999Z'],
  ] as const) {
    t.equal(after(from, duration), to, `${from} ${duration}`)
  }
})

t.test('a text that is no duration is not read as one', async t => {
  for (const text of [
    ...['', 'P', 'PT', 'P1DT', '24H', 'PT24', '1D', 'pt1h', 'P-1D', '-P1D', 'P1.5D', 'PT1.5H'],
    ...['PT1.2345S', 'P1H', 'PT1D', 'P1D1W', 'PT1S1H', ' P1D', 'P1D\n', 'P99999999999D', 'P1S'],
  ]) {
    t.equal(readDuration(text), undefined, JSON.stringify(text))
  }
})

t.test('a duration that leads to a time that no Date can hold gives NaN', async t => {
  t.ok(Number.isNaN(addDuration(0, readDuration('P999999Y')!)))
  t.ok(Number.isNaN(addDuration(0, readDuration('P99999999DT999999999H')!)))
})
