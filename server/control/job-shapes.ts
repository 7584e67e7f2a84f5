import { Type } from '@sinclair/typebox'
import { badRequest } from '../http/errors/exceptions.ts'
import { OneOf } from '../model/common.ts'
import { JobStatus } from '../model/job-states.ts'

export { JobParams } from '../model/job.ts'

/** A job's states in the order in which it came to them. */
export const History = Type.Array(
  Type.Object({ status: JobStatus, at: Type.String({ description: 'ISO 8601' }) }),
  { description: 'The states of the job, in the order in which it came to them' },
)

export const Held = Type.Boolean({
  description:
    'Whether all is done in its state, and it waits to be advanced, or for a fault rule to be removed',
})

/** What can be told of a piece of any kind. */
export const pieceMembers = {
  index: Type.Integer({ description: 'From 0' }),
  object: Type.String({ description: "The object's key" }),
  status: OneOf(['PENDING', 'COMPLETED', 'FAILED']),
}

/** Asks for the pieces behind the first ones. */
export const piecesQuery = {
  'from-piece': Type.Optional(
    Type.String({ description: 'The index of the first piece to show: nextPiece' }),
  ),
}

/** Says that there are more pieces than were shown. */
export const nextPiece = Type.Optional(
  Type.Integer({
    description: 'Where there are more pieces: the index of the next, to be sent as from-piece',
  }),
)

/** Pieces that one answer shows. A job may have millions, of a few bytes each. */
const piecesShown = 10_000

/**
 * Reads the pieces that an answer shows.
 *
 * @param from as it stands in the URL
 * @param read gives pieces from one on
 * @throws BadRequestException where `from` is no number
 */
export function showPieces<Piece>(
  from: string | undefined,
  read: (from: number, limit: number) => Piece[],
): { pieces: Piece[]; nextPiece?: number } {
  if (from !== undefined && !/^\d{1,15}$/.test(from)) {
    throw badRequest(`from-piece must be a whole number from 0; got ${JSON.stringify(from)}`)
  }
  const first = Number(from ?? 0)
  const pieces = read(first, piecesShown + 1)
  if (pieces.length <= piecesShown) return { pieces }
  return { pieces: pieces.slice(0, piecesShown), nextPiece: first + piecesShown }
}
