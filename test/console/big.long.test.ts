import t from 'tap'
import { testBigConsole } from '../support/big-console.ts'
import { needsBrowser } from '../support/browser.ts'

t.test('a million messages and endpoints', needsBrowser, t =>
  testBigConsole(t, { messages: 1_000_000, rows: 1_100_000, pieceBytes: 4000 }),
)

t.test('a hundred thousand messages and endpoints, and ten thousand pieces', needsBrowser, t =>
  testBigConsole(t, { messages: 100_000, rows: 110_000, pieceBytes: 340 }),
)
