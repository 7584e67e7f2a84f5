import t from 'tap'
import { cutPieces } from '../../server/jobs/cut-pieces.ts'

t.test(
  'pieces cover the content from end to end, are near-equal, and no larger than they may be',
  async t => {
    for (const size of [1, 2, 63, 64, 65, 127, 128, 129, 1000, 1024 * 1024 + 1, 3 * 1024 ** 3]) {
      for (const pieceBytes of [size > 1e6 ? 1024 * 1024 : 1, 64 * Math.ceil(size / 1e6), size, size + 1]) {
        const pieces = [...cutPieces(size, pieceBytes)]
        const label = `${size} bytes in pieces of ${pieceBytes}`
        const sizes = pieces.map(({ startByte, endByte }) => endByte - startByte)
        t.equal(pieces[0]!.startByte, 0, label)
        t.equal(pieces.at(-1)!.endByte, size, label)
        t.ok(
          pieces.every(({ startByte }, index) => index === 0 || startByte === pieces[index - 1]!.endByte),
          `${label} follow each other`,
        )
        t.ok(Math.min(...sizes) > 0 && Math.max(...sizes) <= pieceBytes, `${label} are not too large`)
        t.ok(Math.max(...sizes) - Math.min(...sizes) <= 1, `${label} are near-equal`)
        t.equal(pieces.length, Math.ceil(size / pieceBytes), `${label} are no more than need be`)
      }
    }
  },
)

t.test('empty content has no pieces', async t => {
  t.same([...cutPieces(0, 64)], [])
})
