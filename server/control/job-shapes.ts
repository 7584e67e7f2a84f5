import { type Static, Type } from '@sinclair/typebox'
import { badRequest } from '../http/errors/exceptions.ts'
import { OneOf } from '../model/common.ts'
import { jobTypes } from '../model/job-kinds.ts'
import { JobStatus } from '../model/job-status.ts'

/** The statuses that a job has reached, in order. */
export const History = Type.Array(
  Type.Object({ status: JobStatus, at: Type.String({ description: 'ISO 8601' }) }),
  { description: 'The states that the job has reached, in order' },
)

export const Held = Type.Boolean({
  description:
    'Whether the job is held: its work in this state is done, and it waits to be advanced, or for a fault rule to be removed',
})

export const JobType = OneOf(jobTypes, { description: 'The type of the job' })
export type JobType = Static<typeof JobType>

/** A failure of an import job. */
export const JobFailure = Type.Object({
  object: Type.String({ description: "The object's key, or the S3Url where the whole job failed" }),
  line: Type.Optional(
    Type.Integer({ description: 'From 1; that of a record, or the one that shows why the object failed' }),
  ),
  number: Type.Optional(
    Type.Integer({
      description: "Which of the object's records it is, from 1; absent where more than a record failed",
    }),
  ),
  id: Type.Optional(Type.String({ description: "The record's Id, where it has one" })),
  record: Type.Optional(Type.String({ description: 'As it was read, its first 4096 characters' })),
  reason: Type.String(),
})
export type JobFailure = Static<typeof JobFailure>

/** The members that pieces of imports and exports share. */
export const pieceMembers = {
  index: Type.Integer({ description: 'From 0' }),
  object: Type.String({ description: "The object's key" }),
  status: OneOf(['PENDING', 'COMPLETED', 'FAILED']),
}

/** The query parameter for the next pieces. */
export const piecesQuery = {
  'from-piece': Type.Optional(
    Type.String({ description: 'The index of the first piece to answer: nextPiece of the previous answer' }),
  ),
}

/** Present if there are more pieces. */
export const nextPiece = Type.Optional(
  Type.Integer({
    description: 'If there are more pieces: the index of the next one, for from-piece',
  }),
)

/** Most pieces in an answer. A job may have millions, of a few bytes each. */
const piecesShown = 10_000

/**
 * Reads the pieces of an answer.
 *
 * @param from the query parameter
 * @param read gives up to `limit` pieces from an index on
 * @throws BadRequestException if `from` is not a whole number
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
