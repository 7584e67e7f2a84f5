import t from 'tap'
import { testBigConsole } from '../support/big-console.ts'
import { needsBrowser } from '../support/browser.ts'

t.test('a million messages and endpoints', needsBrowser, t =>
  testBigConsole(t, { messages: 1_000_000, rows: 1_100_000, pieceBytes: 4000 }),
)
