import t from 'tap'
import { isQuiet, quietTimeEnd } from '../../server/audience/quiet-time.ts'

const at = (text: string) => Date.parse(text)

t.test('it is quiet from Start to End by the clocks of the zone, past midnight too', async t => {
  const night = { Start: '22:00', End: '07:00' }
  for (const [time, zone, is] of [
    ['2027-01-01T22:00:00Z', 'UTC', true],
    ['2027-01-01T21:59:59.999Z', 'UTC', false],
    ['2027-01-01T07:00:00Z', 'UTC', true],
    ['2027-01-01T07:00:00.001Z', 'UTC', false],
    ['2027-01-01T21:00:00Z', 'Europe/Paris', true],
    ['2027-07-01T20:00:00Z', 'Europe/Paris', true],
    ['2027-07-01T19:59:00Z', 'Europe/Paris', false],
    ['2027-01-01T12:00:00Z', 'America/New_York', true],
  ] as const) {
    t.equal(isQuiet(night, at(time), zone), is, `${time} ${zone}`)
  }
  const noon = { Start: '12:00', End: '13:00' }
  t.ok(isQuiet(noon, at('2027-01-01T12:30:00Z'), 'UTC'))
  t.notOk(isQuiet(noon, at('2027-01-01T23:30:00Z'), 'UTC'))
})

t.test('there is no quiet time without both of its times, or with the same one twice', async t => {
  for (const none of [{}, { Start: '10:00' }, { Start: '', End: '' }, { Start: '10:00', End: '10:00' }]) {
    t.notOk(isQuiet(none, at('2027-01-01T10:00:00Z'), 'UTC'))
  }
})

t.test('quiet time ends at End of this day or the next, with the clocks changed meanwhile', async t => {
  const night = { Start: '22:00', End: '07:00' }
  const end = (time: string, zone: string) => new Date(quietTimeEnd(night, at(time), zone)).toISOString()
  t.equal(end('2027-01-01T23:00:00Z', 'UTC'), '2027-01-02T07:00:00.000Z')
  t.equal(end('2027-01-02T03:00:00Z', 'UTC'), '2027-01-02T07:00:00.000Z')
  t.equal(end('2027-03-27T22:00:00Z', 'Europe/Paris'), '2027-03-28T05:00:00.000Z', 'summer time begins')
})

t.test('quiet time whose end clocks skip is over when they change, unless they skip to the next', async t => {
  const end = (Start: string, End: string, time: string, zone: string) =>
    new Date(quietTimeEnd({ Start, End }, at(time), zone)).toISOString()
  const zone = 'America/New_York'
  t.equal(end('01:00', '02:30', '2027-03-14T06:30:00Z', zone), '2027-03-14T07:00:00.000Z')
  t.equal(end('22:00', '02:00', '2027-03-14T06:30:00Z', zone), '2027-03-14T07:00:00.000Z')
  t.equal(end('02:30', '02:15', '2027-03-14T06:30:00Z', zone), '2027-03-15T06:15:00.000Z')
  const skippedDay = end('22:00', '08:00', '2011-12-30T09:30:00Z', 'Pacific/Apia')
  t.equal(skippedDay, '2011-12-30T18:00:00.000Z', 'the morning of the day after')
})
