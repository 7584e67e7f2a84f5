import { createHash } from 'node:crypto'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { DraftGoneError, UnreadableError, UnwritableError, type WritableBucket } from '../buckets/bucket.ts'
import { cutPieces } from '../jobs/cut-pieces.ts'
import { faultsInProcessing } from '../jobs/faults.ts'
import { type JobProcedure, runJob } from '../jobs/run-job.ts'
import { exportKey } from '../model/export-key.ts'
import { readS3Url } from '../model/s3-url.ts'
import type { ExportDraft, ExportJob, ExportPiece } from '../store/jobs/export-progress.ts'
import { JobGoneError } from '../store/jobs/job-progress.ts'
import { firstMember, type MemberCursor, type Members, SegmentQueryError } from '../store/segments/members.ts'
import type { ExportContext } from './export-context.ts'
import { writePiece } from './write-piece.ts'

/** Compressed bytes of an endpoint, about: so that a piece of an export is as large as one of an import. */
const bytesPerEndpoint = 64

/** Pieces that five digits can number. */
const maxPieces = 100_000

/** Endpoints counted in one step. */
const countedPerStep = 10_000

/** Pieces written down, or forgotten, in one transaction. */
const piecesPerStep = 1000

/**
 * Milliseconds before an object is published once more, after the SDK's own attempts: all
 * of it is written by then.
 */
const publishAgainAfter = [500, 2000, 8000]

/** Milliseconds in which everything that a job has written is to be removed. */
const discardTimeout = 20_000

/** Why the members of a segment that a job exports are unknown: a sentence for its Failures. */
class NoSuchMembersError extends Error {}

/** Why an export cannot go on with a piece. */
class PieceFailedError extends Error {
  readonly piece: ExportPiece

  constructor(piece: ExportPiece, cause: Error) {
    super(cause.message, { cause })
    this.piece = piece
  }
}

/**
 * Walks an export job to its end, as `runJob` says. What a job has written into its bucket is seen by nobody
 * before all of it is written, and is removed if the job fails or its application is deleted.
 */
export async function runExportJob(job: ExportJob, context: ExportContext): Promise<void> {
  const progress = context.store.exportProgress
  const procedure: JobProcedure<ExportJob> = {
    steps: stepsOf(context),
    progress,
    isReason: error =>
      error instanceof PieceFailedError ||
      error instanceof NoSuchMembersError ||
      error instanceof SegmentQueryError ||
      isBucketError(error),
    addFailure(job, error) {
      progress.addFailure(job, `${job.definition.S3UrlPrefix}: ${error.message}`)
      if (error instanceof PieceFailedError) progress.failPiece(job, error.piece)
    },
    describeRest(job) {
      const begun = progress.pieces(job).filter(({ draft }) => draft !== null)
      return `what was written for ${begun.length} pieces could not be removed`
    },
  }
  try {
    await runJob(job, procedure, context)
  } catch (error) {
    if (error instanceof JobGoneError || context.signal.reason instanceof JobGoneError)
      await forget(job, context)
    throw error
  }
}

/** What an export does in each status, and the status that comes next. */
const stepsOf = (context: ExportContext): JobProcedure<ExportJob>['steps'] => ({
  PREPARING_FOR_INITIALIZATION(job) {
    membersOf(job, context)
    bucketOf(job, context)
    return { to: 'INITIALIZING' }
  },

  async INITIALIZING(job) {
    const progress = context.store.exportProgress
    const newest = progress.newestEndpoint()
    const members = membersOf(job, context)
    const count = await countMembers(job, members, newest, context)
    const perPiece = Math.max(
      1,
      Math.floor(context.pieceBytes / bytesPerEndpoint),
      Math.ceil(count / maxPieces),
    )
    const spans = [...cutPieces(count, perPiece)]
    // Where there is nobody, one empty object says so (assumed).
    const sizes = spans.length === 0 ? [0] : spans.map(({ startByte, endByte }) => endByte - startByte)
    // Those that an interrupted listing has left.
    while (progress.write(job, () => progress.clearPieces(job, piecesPerStep))) await setImmediate()
    for (let from = 0; from < sizes.length; from += piecesPerStep) {
      progress.write(job, () => {
        for (const [index, endpoints] of sizes.slice(from, from + piecesPerStep).entries()) {
          progress.addPiece(job, { number: from + index, endpoints })
        }
      })
      await setImmediate()
    }
    const membersHash = hashOf(members)
    return { to: 'PROCESSING', within: () => progress.beginProcessing(job, { newest, membersHash }) }
  },

  async PROCESSING(job) {
    await exportPieces(job, context)
    return { to: 'COMPLETING' }
  },

  async COMPLETING(job) {
    // Those that an interrupted run has begun anew.
    await exportPieces(job, context)
    try {
      await publishPieces(job, context)
    } catch (error) {
      if (!(error instanceof PieceFailedError && error.cause instanceof DraftGoneError)) throw error
      await exportAnew(job, context)
      await publishPieces(job, context)
    }
    return { to: 'COMPLETED' }
  },

  async FAILING(job) {
    const { store, signal } = context
    const left = await discardAll(
      job,
      context,
      AbortSignal.any([signal, AbortSignal.timeout(discardTimeout)]),
    )
    signal.throwIfAborted()
    const within = () => {
      for (const sentence of left) store.exportProgress.addFailure(job, sentence)
    }
    return { to: 'FAILED', within }
  },
})

const isBucketError = (error: unknown): error is Error =>
  error instanceof UnreadableError || error instanceof UnwritableError

/** Says of which piece an error of the bucket is. */
async function ofPiece<T>(piece: ExportPiece, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw isBucketError(error) ? new PieceFailedError(piece, error) : error
  }
}

/** Writes the pieces that are still to be written. */
async function exportPieces(job: ExportJob, context: ExportContext): Promise<void> {
  const progress = context.store.exportProgress
  const bucket = bucketOf(job, context)
  const last = progress.pieces(job).at(-1)!.number
  const next = progress.nextPiece(job)
  // A kill may have come between the beginning of its object and the line that says so.
  if (next?.draft === null) await bucket.discardUnknown(keyOf(job, next), context.signal)
  for (let piece = progress.nextPiece(job); piece !== undefined; piece = progress.nextPiece(job)) {
    await ofPiece(piece, exportPiece(job, piece, bucket, piece.number === last, context))
  }
}

/**
 * Writes all pieces once more. What was written is gone where the job comes from a snapshot, and the
 * state that it was taken of was replaced meanwhile. The pieces that are left do not fit to those
 * that would be written now.
 */
async function exportAnew(job: ExportJob, context: ExportContext): Promise<void> {
  const progress = context.store.exportProgress
  await discardAll(job, context, AbortSignal.any([context.signal, AbortSignal.timeout(discardTimeout)]))
  progress.write(job, () => progress.beginAnew(job))
  await exportPieces(job, context)
}

async function publishPieces(job: ExportJob, context: ExportContext): Promise<void> {
  const bucket = bucketOf(job, context)
  for (const piece of context.store.exportProgress.pieces(job)) {
    await ofPiece(piece, publishPiece(job, piece, bucket, context))
  }
}

async function exportPiece(
  job: ExportJob,
  piece: ExportPiece,
  bucket: WritableBucket,
  isLast: boolean,
  context: ExportContext,
): Promise<void> {
  const progress = context.store.exportProgress
  const fault = faultsInProcessing(job, progress)?.ofPiece(piece.number)
  if (fault !== undefined) throw new PieceFailedError(piece, new Error(fault))
  const draft = await beginAgain(job, piece, bucket, context)
  const members = sameMembersOf(job, context)
  const { after = firstMember, upTo } = progress.position(job)
  const endpoints = isLast ? Number.POSITIVE_INFINITY : piece.endpoints
  const written = await writePiece(
    { app: job.app, members, after, upTo, endpoints },
    chunks => bucket.write(keyOf(job, piece), draft, chunks, context.signal),
    context,
  )
  progress.write(job, () => {
    // Once more, in the transaction: the members of an import that is deleted go while they are read.
    sameMembersOf(job, context)
    progress.completePiece(job, piece, written)
  })
  context.counters.add('exportProcessed', written.endpoints)
}

async function publishPiece(
  job: ExportJob,
  piece: ExportPiece,
  bucket: WritableBucket,
  { signal }: ExportContext,
): Promise<void> {
  for (const pause of [...publishAgainAfter, undefined]) {
    signal.throwIfAborted()
    try {
      return await bucket.publish(keyOf(job, piece), piece.draft!, signal)
    } catch (error) {
      if (!isBucketError(error) || error instanceof DraftGoneError || pause === undefined) throw error
      await setTimeout(pause, undefined, { signal })
    }
  }
}

/** Begins a piece's object, instead of what an earlier run has begun. */
async function beginAgain(
  job: ExportJob,
  piece: ExportPiece,
  bucket: WritableBucket,
  { store, signal }: ExportContext,
): Promise<string> {
  const key = keyOf(job, piece)
  if (piece.draft !== null) await bucket.discard(key, piece.draft, signal)
  const draft = await bucket.begin(key, signal)
  try {
    store.exportProgress.write(job, () => store.exportProgress.saveDraft(job, piece, draft))
  } catch (error) {
    await bucket.discard(key, draft, AbortSignal.timeout(discardTimeout))
    throw error
  }
  return draft
}

/** Counts whoever is to be exported, in small steps. */
async function countMembers(
  job: ExportJob,
  members: Members,
  upTo: number,
  context: ExportContext,
): Promise<number> {
  const step = context.store.segmentMembers.prepareSteps(job.app, members, { upTo, columns: 'count' })
  let count = 0
  for (let after: MemberCursor | undefined = firstMember; after !== undefined; ) {
    const { found, next } = step(after, countedPerStep)
    count += found.length
    after = next
    await setImmediate()
    context.signal.throwIfAborted()
  }
  return count
}

/** Removes from the bucket whatever a job has begun there, as `discardDrafts` does. */
function discardAll(job: ExportJob, context: ExportContext, signal: AbortSignal): Promise<string[]> {
  const drafts = context.store.exportProgress.pieces(job).flatMap(({ number, draft }) => {
    return draft === null ? [] : [{ job, piece: { number, draft } }]
  })
  return discardDrafts(drafts, context, signal)
}

/**
 * Removes what exports have begun in buckets, as far as that can be done.
 *
 * @returns a sentence for each object that may be there still
 */
export async function discardDrafts(
  drafts: ExportDraft[],
  context: Pick<ExportContext, 'openBucket'>,
  signal: AbortSignal,
): Promise<string[]> {
  const left: string[] = []
  for (const { job, piece } of drafts) {
    const key = keyOf(job, piece)
    try {
      signal.throwIfAborted()
      await bucketOf(job, context).discard(key, piece.draft, signal)
    } catch (error) {
      left.push(`${key}: what was written could not be removed: ${(error as Error).message}`)
    }
  }
  return left
}

/** Removes what a job of a deleted application has written, and lets its rows be cleared away. */
async function forget(job: ExportJob, context: ExportContext): Promise<void> {
  const { exportProgress } = context.store
  const left = await discardAll(job, context, AbortSignal.timeout(discardTimeout))
  if (left.length > 0) context.onUnexpected(job, new Error(left.join('; ')))
  while (exportProgress.clearPieces(job, piecesPerStep)) await setImmediate()
}

/** Tells whether members are found as they were before: by the same conditions and imports. */
const hashOf = (members: Members): string =>
  createHash('sha256').update(JSON.stringify(members)).digest('hex')

/** @throws NoSuchMembersError */
function membersOf(
  { app, segmentId, segmentVersion, creationDate }: ExportJob,
  { store }: ExportContext,
): Members {
  if (segmentId === null) return store.segmentMembers.ofApplication
  const members = store.segmentMembers.find(app, segmentId, segmentVersion ?? undefined, creationDate)
  if (members === undefined) {
    throw new NoSuchMembersError(`the segment ${segmentId}, which the job was to export, has been deleted`)
  }
  return members
}

/**
 * How to find the members of a job that is past INITIALIZING, if that has not changed since: else some pieces
 * would have the members of before, and some those of now.
 *
 * @throws NoSuchMembersError
 */
function sameMembersOf(job: ExportJob, context: ExportContext): Members {
  const members = membersOf(job, context)
  if (hashOf(members) !== context.store.exportProgress.position(job).membersHash) {
    throw new NoSuchMembersError(
      `a segment on which ${job.segmentId} is built has been changed or deleted meanwhile`,
    )
  }
  return members
}

function bucketOf(
  { definition }: Pick<ExportJob, 'definition'>,
  { openBucket }: Pick<ExportContext, 'openBucket'>,
): WritableBucket {
  const location = readS3Url(definition.S3UrlPrefix)
  if (location === undefined) throw new UnwritableError('S3UrlPrefix must be s3://bucket/prefix')
  return openBucket(location.bucket)
}

const keyOf = ({ id, definition }: ExportDraft['job'], { number }: Pick<ExportPiece, 'number'>): string =>
  exportKey(definition.S3UrlPrefix, id, number)
