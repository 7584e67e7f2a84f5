import t from 'tap'
import { isTimeZone } from '../../server/model/time-zone.ts'

t.test('a time zone is a name of the tz database', async t => {
  t.ok(isTimeZone('Europe/Paris') && isTimeZone('UTC') && isTimeZone('Europe/Paris'))
  t.notOk(isTimeZone('Atlantis/Center') || isTimeZone('x'.repeat(100)))
})
