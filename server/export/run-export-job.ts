import { setImmediate } from 'node:timers/promises'
import { UnreadableError, UnwritableError, type WritableBucket } from '../buckets/bucket.ts'
import type { OpenBucket } from '../buckets/open-bucket.ts'
import { cutPieces } from '../jobs/cut-pieces.ts'
import { type JobContext, type JobKind, runJob } from '../jobs/run-job.ts'
import { readS3Url } from '../shapes/s3-url.ts'
import type { ExportJob, ExportPiece } from '../store/export-progress.ts'
import { JobGone } from '../store/job-progress.ts'
import type { Store } from '../store/open-store.ts'
import { firstPlaceOf, type MemberPlace, type Members, mostSources } from '../store/segment-members.ts'
import { writePiece } from './write-piece.ts'

/** Compressed bytes of an endpoint, about: so that a piece of an export is as large as one of an import. */
const bytesPerEndpoint = 64

/** Endpoints counted in one step. */
const countedPerStep = 10_000

/** What an export job needs from the world. */
export interface ExportContext extends JobContext {
  store: Store
  openBucket: OpenBucket
  /** Bytes of a piece, about. */
  pieceBytes: number
}

/** Why nobody can tell who is in the segment that a job exports: a sentence for its Failures. */
class NoSuchMembers extends Error {}

/**
 * Walks an export job to its end, as `runJob` says. What a job has written into its bucket is seen by nobody before all
 * of it is written, and is removed if the job fails or its application is deleted.
 */
export async function runExportJob(job: ExportJob, context: ExportContext): Promise<void> {
  const progress = context.store.exportProgress
  const kind: JobKind<ExportJob> = {
    steps: stepsOf(context),
    progress,
    isReason: error =>
      error instanceof UnreadableError || error instanceof UnwritableError || error instanceof NoSuchMembers,
    addFailure(_job, reason) {
      progress.setFailure(job, reason)
      const piece = job.status === 'PROCESSING' ? progress.nextPiece(job) : undefined
      if (piece !== undefined) progress.failPiece(job, piece)
    },
  }
  try {
    await runJob(job, kind, context)
  } catch (error) {
    if (error instanceof JobGone || context.signal.reason instanceof JobGone) {
      await discardAll(job, context)
      progress.forgetPieces(job)
    }
    throw error
  }
}

/** What an export does in each state, and the state that comes next. */
const stepsOf = (context: ExportContext): JobKind<ExportJob>['steps'] => ({
  PREPARING_FOR_INITIALIZATION(job) {
    membersOf(job, context)
    bucketOf(job, context)
    return { to: 'INITIALIZING' }
  },

  async INITIALIZING(job) {
    const progress = context.store.exportProgress
    const newest = progress.newestEndpoint()
    const count = await countMembers(job, newest, context)
    const perPiece = Math.max(1, Math.floor(context.pieceBytes / bytesPerEndpoint))
    const sizes = Array.from(cutPieces(count, perPiece), span => span.endByte - span.startByte)
    // Where there is nobody, one empty object says so (assumed).
    const within = () => progress.setPieces(job, sizes.length === 0 ? [0] : sizes, newest)
    return { to: 'PROCESSING', within }
  },

  async PROCESSING(job) {
    const progress = context.store.exportProgress
    const bucket = bucketOf(job, context)
    const last = progress.pieces(job).at(-1)!.number
    for (let piece = progress.nextPiece(job); piece !== undefined; piece = progress.nextPiece(job)) {
      const key = keyOf(job, piece)
      const draft = await beginAgain(job, piece, bucket, context)
      const members = membersOf(job, context)
      const { after = firstPlaceOf(members), upTo } = progress.position(job)
      const endpoints = piece.number === last ? Number.POSITIVE_INFINITY : piece.endpoints
      const written = await writePiece(
        { app: job.app, members, after, upTo, endpoints },
        chunks => bucket.write(key, draft, chunks, context.signal),
        context,
      )
      progress.write(job, () => progress.completePiece(job, piece!, written))
    }
    return { to: 'COMPLETING' }
  },

  async COMPLETING(job) {
    const { store, now, signal } = context
    const bucket = bucketOf(job, context)
    for (const piece of store.exportProgress.pieces(job)) {
      signal.throwIfAborted()
      await bucket.publish(keyOf(job, piece), piece.draft!)
    }
    const date = now().toISOString()
    return { to: 'COMPLETED', within: () => store.exportProgress.setCompletionDate(job, date) }
  },

  async FAILING(job) {
    const { store, now } = context
    await discardAll(job, context)
    const date = now().toISOString()
    return { to: 'FAILED', within: () => store.exportProgress.setCompletionDate(job, date) }
  },
})

/** Begins a piece's object, instead of what an earlier run has begun. */
async function beginAgain(
  job: ExportJob,
  piece: ExportPiece,
  bucket: WritableBucket,
  { store, signal }: ExportContext,
): Promise<string> {
  const key = keyOf(job, piece)
  if (piece.draft !== null) await bucket.discard(key, piece.draft)
  const draft = await bucket.begin(key, signal)
  try {
    store.exportProgress.write(job, () => store.exportProgress.saveDraft(job, piece, draft))
  } catch (error) {
    await bucket.discard(key, draft)
    throw error
  }
  return draft
}

/** Counts whoever is to be exported, in small steps. */
async function countMembers(job: ExportJob, upTo: number, context: ExportContext): Promise<number> {
  const members = membersOf(job, context)
  const step = context.store.segmentMembers.prepareSteps(job.app, members, { upTo, columns: 'e.seq' })
  let count = 0
  for (let after: MemberPlace | undefined = firstPlaceOf(members); after !== undefined; ) {
    const { found, next } = step(after, countedPerStep)
    count += found.length
    after = next
    await setImmediate()
    context.signal.throwIfAborted()
  }
  return count
}

/** Removes from the bucket whatever a job has begun there, as far as that can be done. */
async function discardAll(job: ExportJob, context: ExportContext): Promise<void> {
  for (const piece of context.store.exportProgress.pieces(job)) {
    if (piece.draft === null) continue
    try {
      await bucketOf(job, context).discard(keyOf(job, piece), piece.draft)
    } catch (error) {
      // The bucket is why the job fails, most likely.
      if (!(error instanceof UnwritableError || error instanceof UnreadableError)) throw error
    }
  }
}

/** @throws NoSuchMembers */
function membersOf(
  { app, segmentId, segmentVersion, creationDate }: ExportJob,
  { store }: ExportContext,
): Members {
  if (segmentId === null) return store.segmentMembers.everybody
  const members = store.segmentMembers.find(app, segmentId, segmentVersion ?? undefined, creationDate)
  if (members === undefined) {
    throw new NoSuchMembers(`the segment ${segmentId}, which the job was to export, has been deleted`)
  }
  if ('sources' in members && members.sources.length > mostSources) {
    throw new NoSuchMembers(`the segment ${segmentId} is built on more than ${mostSources} others`)
  }
  return members
}

function bucketOf({ definition }: ExportJob, { openBucket }: ExportContext): WritableBucket {
  const location = readS3Url(definition.S3UrlPrefix)
  if (location === undefined) throw new UnwritableError('S3UrlPrefix must be s3://bucket/prefix')
  return openBucket(location.bucket)
}

/** What a piece's object is called (assumed). */
function keyOf({ id, definition }: ExportJob, { number }: ExportPiece): string {
  const { key: prefix } = readS3Url(definition.S3UrlPrefix)!
  const folder = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`
  return `${folder}${id}-${String(number).padStart(5, '0')}.gz`
}
