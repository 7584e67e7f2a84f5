import { parseArgs } from 'node:util'
import t from 'tap'
import { load } from './load.ts'

/** `npm run test:load`: ten imports at once and `--rate` requests a second beside them, for `--seconds`. */
const { values } = parseArgs({ options: { seconds: { type: 'string' }, rate: { type: 'string' } } })
const seconds = Number(values.seconds ?? 60)
const rate = Number(values.rate ?? 1000)

t.setTimeout(0)
t.test('ten imports at once, with requests, deletes and more jobs beside them, bring no error', async t => {
  t.setTimeout(0)
  await load(t, { seconds, rate, endpoints: 10_000, tell: text => process.stderr.write(`${text}\n`) })
})
