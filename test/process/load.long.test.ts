import t from 'tap'
import { load } from './load.ts'

t.test('ten imports at once, with requests, deletes and more jobs beside them, bring no error', t =>
  load(t, { seconds: 3, rate: 200, endpoints: 1000 }),
)
