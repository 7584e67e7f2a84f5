import t from 'tap'
import { hostile } from './hostile.ts'

t.test('hostile objects fail clearly, and take little memory', t =>
  hostile(t, { bytes: 64 * 1024 * 1024, bombBytes: 64 * 1024 * 1024, objects: 20_000 }),
)
