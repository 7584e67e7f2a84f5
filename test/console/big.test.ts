import t from 'tap'
import { testBigConsole } from '../support/big-console.ts'
import { needsBrowser } from '../support/browser.ts'

t.test('a hundred thousand messages and endpoints, and ten thousand pieces', needsBrowser, t =>
  testBigConsole(t, { messages: 100_000, rows: 110_000, pieceBytes: 340 }),
)
