/**
 * Cuts content into near-equal spans of at most `pieceBytes`; empty content has none.
 *
 * @param size the content's bytes
 */
export function* cutPieces(
  size: number,
  pieceBytes: number,
): Generator<{ startByte: number; endByte: number }> {
  const count = Math.ceil(size / pieceBytes)
  for (let index = 0; index < count; index++) {
    yield { startByte: Math.floor((size * index) / count), endByte: Math.floor((size * (index + 1)) / count) }
  }
}
