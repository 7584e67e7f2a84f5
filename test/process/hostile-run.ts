import { parseArgs } from 'node:util'
import t from 'tap'
import { hostile } from './hostile.ts'

/**
 * `npm run test:hostile`: hostile objects of `--bytes`, a bomb of ten times as many, and as many `--objects`
 * under a prefix.
 */
const { values } = parseArgs({ options: { bytes: { type: 'string' }, objects: { type: 'string' } } })
const bytes = Number(values.bytes ?? 1024 ** 3)
const objects = Number(values.objects ?? 10_000_000)

t.setTimeout(0)
t.test('hostile objects fail clearly, and take little memory', async t => {
  t.setTimeout(0)
  await hostile(t, { bytes, bombBytes: 10 * bytes, objects, tell: text => process.stderr.write(`${text}\n`) })
})
