import t from 'tap'
import { smsParts } from '../../server/delivery/sms-parts.ts'

t.test('parts of an SMS: 160 and 153 characters in GSM-7, 70 and 67 in UCS-2', async t => {
  const cases: [string, number][] = [
    ['', 1],
    ['x'.repeat(160), 1],
    ['x'.repeat(161), 2],
    ['x'.repeat(306), 2],
    ['x'.repeat(307), 3],
    ['é'.repeat(160), 1],
    ['€'.repeat(80), 1],
    ['€'.repeat(81), 2],
    // A character that counts twice is never cut: 76 fit into each part.
    ['€'.repeat(152), 2],
    ['€'.repeat(153), 3],
    ['^{}\\[~]|€'.repeat(8), 1],
    ['ł'.repeat(70), 1],
    [`ł${'x'.repeat(70)}`, 2],
    ['ł'.repeat(134), 2],
    ['ł'.repeat(135), 3],
    ['😀'.repeat(35), 1],
    ['😀'.repeat(36), 2],
    ['😀'.repeat(66), 2],
    ['😀'.repeat(67), 3],
  ]
  for (const [text, parts] of cases) t.equal(smsParts(text), parts, `${text.slice(0, 10)} × ${text.length}`)
})
