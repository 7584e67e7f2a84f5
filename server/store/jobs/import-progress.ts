import type { Database } from 'better-sqlite3'
import type { ImportJobResource } from '../../model/import-job.ts'
import type { AppRef } from '../applications/applications.ts'
import { prepareDeleteFrom, prepareMemberDelete } from '../database/batched-delete.ts'
import type { EndpointRef } from '../endpoints/endpoint-key.ts'
import type { JobProgress } from './job-progress.ts'
import { fromUndone, hadSlot, isRunning, type Job } from './job-rows.ts'

/** An import job as the worker sees it. */
export interface ImportJob extends Job {
  definition: ImportJobResource
  /** The segment that it creates or renews. */
  segmentId: string | null
  /** Of the CreateImportJob call. */
  requestId: string
}

/** An object that a job reads. */
export interface ImportObject {
  number: number
  key: string
  /** Bytes as stored: compressed, if the object is. */
  size: number
  /** Identifies the version that was listed. */
  etag: string
}

/**
 * Where to go on reading: the byte of the object's content at which the next line begins, and its
 * number from 1.
 */
export interface Position {
  byte: number
  line: number
}

/** A span of an object's content. A record belongs to the piece in which it begins. */
export interface Piece {
  number: number
  startByte: number
  endByte: number
  processed: number
  failed: number
}

/** Records to be added to a job's counters. */
export interface RecordCounts {
  processed: number
  /** How many of them could not be imported. */
  failed: number
  /** How many were imported, by channel. */
  channels: Map<string, number>
}

/** A range of rows of `endpoints`, both ends included. */
export interface RowRange {
  from: number
  to: number
}

/** A failed record; without a `number`, a failed piece, object or job. */
export interface Failure {
  /** The object's key; the S3Url if the failure is not about one object. */
  object: string
  /** From 1. */
  line?: number | undefined
  /** The record's number in its object, from 1. */
  number?: number | undefined
  /** The record's `Id`, where it has one. */
  id?: string | undefined
  /** The record as it was read, cut to a few thousand characters. */
  record?: string | undefined
  reason: string
}

/** Objects under a job's prefix that are not read: their number, and the first of them. */
export interface SkippedObjects {
  total: number
  items: SkippedObject[]
}

export interface SkippedObject {
  /** Its key. */
  object: string
  /** Why it is not read. */
  reason: string
}

/**
 * The repository of import jobs for the worker. Each write is part of a transaction made by
 * `write`.
 */
export function createImportProgress(db: Database, jobs: JobProgress) {
  const unfinished = db.prepare<[number], Record<'seq' | 'appSeq', number> & Record<string, string>>(
    `SELECT j.seq, j.id, j.app AS appSeq, a.id AS appId, j.status, j.definition, j.segment_id AS segmentId,
       ${hadSlot} AS hadSlot, j.request_id AS requestId, j.seed_entry IS NOT NULL AS ofSeed
     FROM import_jobs j JOIN apps a ON a.seq = j.app
     WHERE ${isRunning} AND a.id IS NOT NULL AND j.seq > ? ORDER BY j.seq`,
  )
  const beginProcessing = db.prepare(
    `UPDATE import_jobs SET total_pieces = (SELECT max(number) + 1 FROM import_pieces WHERE job = :job),
       newest_endpoint = (SELECT coalesce(max(seq), 0) FROM endpoints)
     WHERE seq = :job`,
  )
  const deleteListing = prepareDeleteFrom(db, [
    ['import_pieces', 'job'],
    ['import_objects', 'job'],
  ])
  const insertObject = db.prepare(
    'INSERT INTO import_objects (job, number, key, size, etag) VALUES (?, ?, ?, ?, ?)',
  )
  const insertPiece = db.prepare(
    'INSERT INTO import_pieces (job, number, object, start_byte, end_byte) VALUES (?, ?, ?, ?, ?)',
  )
  const nextObject = db.prepare<[number], ImportObject & Position>(
    `SELECT o.number, o.key, o.size, o.etag, o.next_byte AS byte, o.next_line AS line
     FROM import_pieces p INDEXED BY import_pieces_pending JOIN import_objects o ON o.job = p.job AND o.number = p.object
     WHERE p.job = +? AND p.status = 'PENDING' ORDER BY p.object LIMIT 1`,
  )
  const nextPiece = db.prepare<[number, number], Piece>(
    `SELECT number, start_byte AS startByte, end_byte AS endByte, processed, failed
     FROM import_pieces INDEXED BY import_pieces_pending
     WHERE job = +? AND object = +? AND status = 'PENDING' ORDER BY number LIMIT 1`,
  )
  const bytes = db
    .prepare<[number], number>('SELECT coalesce(sum(size), 0) FROM import_objects WHERE job = ?')
    .pluck()
  const savePiece = db.prepare(
    `UPDATE import_pieces SET status = :status, processed = :processed, failed = :failed
     WHERE job = :job AND number = :number`,
  )
  const countPiece = {
    COMPLETED: db.prepare('UPDATE import_jobs SET completed_pieces = completed_pieces + ? WHERE seq = ?'),
    FAILED: db.prepare('UPDATE import_jobs SET failed_pieces = failed_pieces + ? WHERE seq = ?'),
  }
  const failRest = db.prepare(
    `UPDATE import_pieces SET status = 'FAILED' WHERE job = ? AND object = ? AND status = 'PENDING'`,
  )
  const countRecords = db.prepare(
    'UPDATE import_jobs SET total_processed = total_processed + ?, total_failures = total_failures + ? WHERE seq = ?',
  )
  const channelCounts = db
    .prepare<[number], string>('SELECT channel_counts FROM import_jobs WHERE seq = ?')
    .pluck()
  const setChannelCounts = db.prepare('UPDATE import_jobs SET channel_counts = ? WHERE seq = ?')
  const savePosition = db.prepare(
    'UPDATE import_objects SET next_byte = :byte, next_line = :line WHERE job = :job AND number = :object',
  )
  const insertFailure = db.prepare(
    `INSERT INTO import_failures (job, object, line, number, id, record, reason)
     VALUES (:job, :object, :line, :number, :id, :record, :reason)`,
  )
  const processed = db
    .prepare<[number], number>('SELECT total_processed FROM import_jobs WHERE seq = ?')
    .pluck()
  const recordsOf = db
    .prepare<[number, number], number>(
      'SELECT coalesce(sum(processed), 0) FROM import_pieces WHERE job = ? AND object = ?',
    )
    .pluck()
  const saveSkipped = db.prepare('UPDATE import_jobs SET skipped = ? WHERE seq = ?')
  const failedPieces = db
    .prepare<[number], number>('SELECT failed_pieces FROM import_jobs WHERE seq = ?')
    .pluck()
  const definition = db
    .prepare<[number, string], string>(
      'SELECT definition FROM import_definitions WHERE job = ? AND endpoint_id = ?',
    )
    .pluck()
  const lastMembersUpTo = db.prepare<[number, number], { first: number; last: number }>(
    'SELECT first, last FROM import_members WHERE job = +? AND first <= ? ORDER BY first DESC LIMIT 1',
  )
  const insertMembers = db.prepare('INSERT INTO import_members (job, first, last) VALUES (?, ?, ?)')
  const extendMembers = db.prepare('UPDATE import_members SET last = ? WHERE job = ? AND first = ?')
  const removeMembers = db.prepare('DELETE FROM import_members WHERE job = ? AND first = ?')
  const putDefinition = db.prepare(
    'INSERT OR REPLACE INTO import_definitions (job, endpoint_id, definition) VALUES (?, ?, ?)',
  )
  const putUserMember = db.prepare('INSERT OR IGNORE INTO import_user_members (job, user_id) VALUES (?, ?)')
  const deleteMembers = prepareMemberDelete(db)
  const isAnyUndone = db.prepare<[number], number>(`SELECT 1 ${fromUndone} AND j.app = ? LIMIT 1`).pluck()

  return {
    ...jobs,

    /** Whether what an import of the application has written is undone now. */
    isAnyUndone: (app: AppRef): boolean => isAnyUndone.get(app.seq) === 1,

    /** The jobs created after the one numbered `after` that are not over, oldest first. */
    unfinished: (after: number): ImportJob[] =>
      unfinished.all(after).map(({ appSeq, appId, definition, ...row }) => {
        return { ...row, app: { seq: appSeq, id: appId }, definition: JSON.parse(definition!) } as ImportJob
      }),

    /** Deletes up to `limit` rows of an interrupted listing. Returns whether there were any. */
    clearListing: (job: ImportJob, limit: number): boolean => deleteListing(job.seq, limit) > 0,

    addObject: (job: ImportJob, object: ImportObject): void =>
      void insertObject.run(job.seq, object.number, object.key, object.size, object.etag),

    addPiece: (
      job: ImportJob,
      object: number,
      piece: { number: number; startByte: number; endByte: number },
    ): void => void insertPiece.run(job.seq, piece.number, object, piece.startByte, piece.endByte),

    /** Saves the number of pieces, and the newest endpoint that is older than the job's. */
    beginProcessing: (job: ImportJob): void => void beginProcessing.run({ job: job.seq }),

    /** The first object with PENDING pieces, and where to go on in it. */
    nextObject: (job: ImportJob): (ImportObject & Position) | undefined => nextObject.get(job.seq),

    /** The total size of its objects in bytes, as stored. */
    bytes: (job: ImportJob): number => bytes.get(job.seq)!,

    /** The first piece of an object that is still PENDING. */
    nextPiece: (job: ImportJob, object: number): Piece | undefined => nextPiece.get(job.seq, object),

    /** Saves the counters of a piece that goes on. */
    savePiece: (job: ImportJob, { number, processed, failed }: Piece): void =>
      void savePiece.run({ job: job.seq, number, processed, failed, status: 'PENDING' }),

    /** Saves the counters of a piece that is over, and counts it. */
    endPiece(job: ImportJob, { number, processed, failed }: Piece, status: 'COMPLETED' | 'FAILED'): void {
      savePiece.run({ job: job.seq, number, processed, failed, status })
      countPiece[status].run(1, job.seq)
    },

    /** Fails all PENDING pieces of an object. */
    failRest(job: ImportJob, object: number): void {
      countPiece.FAILED.run(failRest.run(job.seq, object).changes, job.seq)
    },

    countRecords(job: ImportJob, { processed, failed, channels }: RecordCounts): void {
      countRecords.run(processed, failed, job.seq)
      if (channels.size === 0) return
      const counts: Record<string, number> = JSON.parse(channelCounts.get(job.seq)!)
      for (const [channel, count] of channels) counts[channel] = (counts[channel] ?? 0) + count
      setChannelCounts.run(JSON.stringify(counts), job.seq)
    },

    savePosition: (job: ImportJob, object: number, { byte, line }: Position): void =>
      void savePosition.run({ job: job.seq, object, byte, line }),

    addFailure: (job: ImportJob, { line, number, id, record, ...failure }: Failure): void =>
      void insertFailure.run({
        ...{ ...failure, job: job.seq, line: line ?? null, number: number ?? null },
        id: id ?? null,
        record: record ?? null,
      }),

    /** Saves which objects under the job's prefix are not read. */
    saveSkipped: (job: ImportJob, { total, items }: SkippedObjects): void =>
      void saveSkipped.run(JSON.stringify({ total, items }), job.seq),

    /** How many records of an object have been counted. */
    recordsOf: (job: ImportJob, object: number): number => recordsOf.get(job.seq, object)!,

    /** How many records of the job have been counted. */
    processed: (job: ImportJob): number => processed.get(job.seq)!,

    failedPieces: (job: ImportJob): number => failedPieces.get(job.seq)!,

    /**
     * The definition of an endpoint that an earlier record of the job gave without registering it.
     */
    definitionOf: (job: ImportJob, { folded }: EndpointRef): string | undefined =>
      definition.get(job.seq, folded),

    /** Makes an endpoint a member without registering it. */
    putDefinition: (job: ImportJob, { folded }: EndpointRef, definition: string): void =>
      void putDefinition.run(job.seq, folded, definition),

    /**
     * Makes a range of registered endpoints members, and joins it with the ranges that it touches.
     */
    putMembers(job: ImportJob, { from, to }: RowRange): void {
      let end = to
      for (;;) {
        const range = lastMembersUpTo.get(job.seq, to + 1)
        if (range === undefined || range.last < from - 1) break
        end = Math.max(end, range.last)
        if (range.first <= from) {
          if (end > range.last) extendMembers.run(end, job.seq, range.first)
          return
        }
        removeMembers.run(job.seq, range.first)
      }
      insertMembers.run(job.seq, from, end)
    },

    /**
     * Makes all endpoints of a user members: those that the user has whenever the segment is read.
     */
    putUserMember: (job: ImportJob, userId: string): void => void putUserMember.run(job.seq, userId),

    /** Deletes up to `limit` members. Returns whether there were any. */
    deleteMembers: (job: ImportJob, limit: number): boolean => deleteMembers(job.seq, limit) > 0,
  }
}
export type ImportProgress = ReturnType<typeof createImportProgress>
