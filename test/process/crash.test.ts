import t from 'tap'
import { isLong } from '../support/long.ts'
import { crash } from './crash.ts'

t.test('imports, an export and a delete that are killed at random end as if they were not', t =>
  crash(t, { endpoints: 2000, kills: isLong ? 8 : 4, seed: 1 }),
)
