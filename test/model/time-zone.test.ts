import t from 'tap'
import { isTimeZone, nextTimeIn, timeIn } from '../../server/model/time-zone.ts'

t.test('a time zone is a name of the tz database', async t => {
  t.ok(isTimeZone('Europe/Paris') && isTimeZone('UTC') && isTimeZone('Europe/Paris'))
  t.notOk(isTimeZone('Atlantis/Center') || isTimeZone('x'.repeat(100)))
})
const at = (zone: string, local: string): string =>
  new Date(timeIn(zone, Date.parse(`${local}:00Z`))).toISOString().slice(0, 16)

t.test('a local time is the time at which clocks of the zone show it', async t => {
  t.equal(at('UTC', '2027-03-14T02:30'), '2027-03-14T02:30')
  t.equal(at('Asia/Kolkata', '2027-01-01T00:00'), '2026-12-31T18:30')
  t.equal(at('America/New_York', '2027-03-14T01:59'), '2027-03-14T06:59')
  t.equal(at('America/New_York', '2027-03-14T03:00'), '2027-03-14T07:00')
  t.equal(at('Europe/Berlin', '2027-10-31T01:59'), '2027-10-30T23:59')
  t.equal(at('Europe/Berlin', '2027-10-31T03:00'), '2027-10-31T02:00')
})

t.test('a name that is no time zone spoils no other, whatever its case', async t => {
  t.notOk(isTimeZone('Asia/To\u212Ayo'))
  t.ok(isTimeZone('Asia/Tokyo'))
})

t.test('the next time that clocks show something is not past', async t => {
  const [second, local] = [Date.parse('2027-10-31T01:10Z'), Date.parse('2027-10-31T02:30Z')]
  t.equal(new Date(nextTimeIn('Europe/Berlin', local, second)).toISOString(), '2027-10-31T01:30:00.000Z')
})

t.test('the next time that clocks show what they skip is when they change', async t => {
  for (const [zone, skipped, change] of [
    ['America/New_York', '2027-03-14T02:00', '2027-03-14T07:00:00.000Z'],
    ['America/New_York', '2027-03-14T02:30', '2027-03-14T07:00:00.000Z'],
    ['Europe/Berlin', '2027-03-28T02:59', '2027-03-28T01:00:00.000Z'],
    ['America/Santiago', '2027-09-05T00:30', '2027-09-05T04:00:00.000Z'],
    ['Pacific/Apia', '2011-12-30T08:00', '2011-12-30T10:00:00.000Z'],
  ] as const) {
    const local = Date.parse(`${skipped}Z`)
    const before = Date.parse(change) - 30 * 60_000
    t.equal(new Date(nextTimeIn(zone, local, before)).toISOString(), change, `${zone} ${skipped}`)
  }
})

t.test('what clocks skip is as much later, east and west of UTC, also at midnight', async t => {
  t.equal(at('America/New_York', '2027-03-14T02:30'), '2027-03-14T07:30')
  t.equal(at('Europe/Berlin', '2027-03-28T02:30'), '2027-03-28T01:30')
  t.equal(at('America/Santiago', '2027-09-05T00:00'), '2027-09-05T04:00')
})

t.test('what clocks show twice is the first time, east and west of UTC', async t => {
  t.equal(at('America/New_York', '2027-11-07T01:30'), '2027-11-07T05:30')
  t.equal(at('Europe/Berlin', '2027-10-31T02:30'), '2027-10-31T00:30')
})
