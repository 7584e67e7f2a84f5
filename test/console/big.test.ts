import t from 'tap'
import { testBigConsole } from '../support/big-console.ts'
import { needsBrowser } from '../support/browser.ts'

t.test('twenty thousand messages and endpoints, and two thousand pieces', needsBrowser, t =>
  testBigConsole(t, { messages: 20_000, rows: 22_000, pieceBytes: 340 }),
)
