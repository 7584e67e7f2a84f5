/**
 * Cuts content into near-equal spans of at most `pieceBytes` bytes. Empty content has no span.
 *
 * @param size bytes of the content; if it is unknown, one span covers all of it
 */
export function* cutPieces(
  size: number | undefined,
  pieceBytes: number,
): Generator<{ startByte: number; endByte: number }> {
  if (size === undefined) {
    yield { startByte: 0, endByte: Number.MAX_SAFE_INTEGER }
    return
  }
  const count = Math.ceil(size / pieceBytes)
  for (let index = 0; index < count; index++) {
    yield { startByte: Math.floor((size * index) / count), endByte: Math.floor((size * (index + 1)) / count) }
  }
}
