import { parseArgs } from 'node:util'
import t from 'tap'
import { crash } from './crash.ts'

/** `npm run test:crash`: kills the emulator as often as `--kills` says, at the moments of `--seed`. */
const { values } = parseArgs({ options: { kills: { type: 'string' }, seed: { type: 'string' } } })
const kills = Number(values.kills ?? 300)
const seed = Number(values.seed ?? Math.floor(Math.random() * 1e9))
const say = (text: string) => process.stderr.write(`${text}\n`)

say(`--kills ${kills} --seed ${seed}`)
t.setTimeout(0)
t.test('imports, an export and a delete that are killed at random end as if they were not', async t => {
  t.setTimeout(0)
  await crash(t, { endpoints: 6000, kills, seed, tell: say })
})
