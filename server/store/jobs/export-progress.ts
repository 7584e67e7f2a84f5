import type { Database } from 'better-sqlite3'
import type { ExportJobResource } from '../../model/export-job.ts'
import { prepareDelete } from '../database/batched-delete.ts'
import type { NoPromise } from '../database/no-promise.ts'
import type { Transactions } from '../database/transactions.ts'
import type { MemberCursor } from '../segments/members.ts'
import type { JobProgress } from './job-progress.ts'
import { hadSlot, isRunning, type Job } from './job-rows.ts'

/** An export job as the worker sees it. */
export interface ExportJob extends Job {
  definition: ExportJobResource
  /** The exported segment; null for the whole application. */
  segmentId: string | null
  segmentVersion: number | null
  /** ISO 8601. The recency dimension of a segment is relative to it. */
  creationDate: string
}

/** A piece of an export, which is an object of its own. */
export interface ExportPiece {
  number: number
  /** How many endpoints are to be written; the last piece takes the rest. */
  endpoints: number
  /** Identifies the object's draft in the bucket; null before it is begun. */
  draft: string | null
}

/** The draft of one piece of an unfinished export. */
export interface ExportDraft {
  job: Pick<ExportJob, 'id' | 'definition'>
  piece: Pick<ExportPiece, 'number'> & { draft: string }
}

/**
 * The repository of export jobs for the worker. Each write is part of a transaction made by
 * `write`. Drafts are read in a transaction as well, which ends with StateReplacedError if the
 * state is no longer that of the job: so no job touches the drafts of another state.
 */
export function createExportProgress(db: Database, jobs: JobProgress, { transact }: Transactions) {
  const inState = <T>(work: () => NoPromise<T>): NoPromise<T> => (db.inTransaction ? work() : transact(work))
  // Also those of deleted applications, as their drafts have to be discarded.
  const unfinished = db.prepare<[number], Record<'seq' | 'appSeq', number> & Record<string, string>>(
    `SELECT j.seq, j.id, j.app AS appSeq, a.id AS appId, j.status, j.definition, j.segment_id AS segmentId,
       ${hadSlot} AS hadSlot, j.segment_version AS segmentVersion, j.creation_date AS creationDate
     FROM export_jobs j JOIN apps a ON a.seq = j.app
     WHERE ${isRunning} AND j.seq > ? ORDER BY j.seq`,
  )
  const newestEndpoint = db.prepare<[], number>('SELECT coalesce(max(seq), 0) FROM endpoints').pluck()
  const deletePieces = prepareDelete(db, 'export_pieces', 'job')
  const insertPiece = db.prepare('INSERT INTO export_pieces (job, number, endpoints) VALUES (?, ?, ?)')
  const beginProcessing = db.prepare(
    `UPDATE export_jobs SET total_pieces = (SELECT count(*) FROM export_pieces WHERE job = :job),
       newest_endpoint = :newest, members_hash = :membersHash
     WHERE seq = :job`,
  )
  const position = db.prepare<[number], { upTo: number; membersHash: string; cursor: string | null }>(
    `SELECT newest_endpoint AS upTo, members_hash AS membersHash, member_cursor AS cursor
     FROM export_jobs WHERE seq = ?`,
  )
  const pieces = db.prepare<[number], ExportPiece>(
    'SELECT number, endpoints, draft FROM export_pieces WHERE job = +? ORDER BY number',
  )
  const nextPiece = db.prepare<[number], ExportPiece>(
    `SELECT number, endpoints, draft FROM export_pieces WHERE job = +? AND status = 'PENDING' ORDER BY number LIMIT 1`,
  )
  const drafts = db.prepare<[], Record<'id' | 'definition' | 'draft', string> & { number: number }>(
    `SELECT j.id, j.definition, p.number, p.draft FROM export_jobs j JOIN export_pieces p ON p.job = j.seq
     WHERE ${isRunning} AND p.draft IS NOT NULL`,
  )
  const saveDraft = db.prepare(
    'UPDATE export_pieces SET draft = :draft WHERE job = :job AND number = :number',
  )
  const endPiece = db.prepare('UPDATE export_pieces SET status = ? WHERE job = ? AND number = ?')
  const reopenPieces = db.prepare("UPDATE export_pieces SET status = 'PENDING' WHERE job = ?")
  const countNothing = db.prepare(
    `UPDATE export_jobs SET member_cursor = NULL, completed_pieces = 0, total_processed = 0 WHERE seq = ?`,
  )
  const countPiece = db.prepare(
    `UPDATE export_jobs SET member_cursor = :cursor, completed_pieces = completed_pieces + 1,
       total_processed = total_processed + :endpoints
     WHERE seq = :job`,
  )
  const countFailedPiece = db.prepare(
    `UPDATE export_jobs SET failed_pieces = failed_pieces + 1, completed_pieces = completed_pieces -
       (SELECT status = 'COMPLETED' FROM export_pieces WHERE job = :job AND number = :number)
     WHERE seq = :job`,
  )
  const addFailure = db.prepare(
    `UPDATE export_jobs SET failures = json_insert(failures, '$[#]', ?) WHERE seq = ?`,
  )

  return {
    ...jobs,

    /** The jobs created after the one numbered `after` that are not over, oldest first. */
    unfinished: (after: number): ExportJob[] =>
      unfinished.all(after).map(({ appSeq, appId, definition, ...row }) => {
        return { ...row, app: { seq: appSeq, id: appId }, definition: JSON.parse(definition!) } as ExportJob
      }),

    /** The `seq` of the newest endpoint. */
    newestEndpoint: (): number => newestEndpoint.get()!,

    /**
     * Deletes up to `limit` pieces. Returns whether there were any. May be called outside `write`.
     */
    clearPieces: (job: ExportJob, limit: number): boolean => inState(() => deletePieces(job.seq, limit) > 0),

    addPiece: (job: ExportJob, piece: Pick<ExportPiece, 'number' | 'endpoints'>): void =>
      void insertPiece.run(job.seq, piece.number, piece.endpoints),

    /**
     * Saves the number of pieces, the newest endpoint to be exported, and a hash of how members are found.
     */
    beginProcessing: (job: ExportJob, begun: { newest: number; membersHash: string }): void =>
      void beginProcessing.run({ job: job.seq, ...begun }),

    /** All pieces of a job. */
    pieces: (job: ExportJob): ExportPiece[] => inState(() => pieces.all(job.seq)),

    /** The first piece that is still PENDING. */
    nextPiece: (job: ExportJob): ExportPiece | undefined => inState(() => nextPiece.get(job.seq)),

    /** The drafts of all unfinished exports. */
    drafts: (): ExportDraft[] =>
      drafts.all().map(({ id, definition, number, draft }) => {
        return { job: { id, definition: JSON.parse(definition) }, piece: { number, draft } }
      }),

    /**
     * The cursor of the last member that is written, the `seq` of the last endpoint to be exported, and
     * the hash of how members are found.
     */
    position(job: ExportJob): { after: MemberCursor | undefined; upTo: number; membersHash: string } {
      const { cursor, ...begun } = inState(() => position.get(job.seq)!)
      return { after: cursor === null ? undefined : JSON.parse(cursor), ...begun }
    },

    /** Saves what identifies a piece's draft in the bucket. */
    saveDraft: (job: ExportJob, { number }: ExportPiece, draft: string): void =>
      void saveDraft.run({ job: job.seq, number, draft }),

    /** @param written the draft, how many endpoints are in it, and the cursor of the last one */
    completePiece(
      job: ExportJob,
      { number }: ExportPiece,
      written: { draft: string; endpoints: number; cursor: MemberCursor },
    ): void {
      saveDraft.run({ job: job.seq, number, draft: written.draft })
      endPiece.run('COMPLETED', job.seq, number)
      countPiece.run({ job: job.seq, endpoints: written.endpoints, cursor: JSON.stringify(written.cursor) })
    },

    /** Has all pieces written once more: none of them counts as written. */
    beginAnew(job: ExportJob): void {
      reopenPieces.run(job.seq)
      countNothing.run(job.seq)
    },

    /** Counts a piece as failed. It may be one that was written but cannot be published. */
    failPiece(job: ExportJob, { number }: ExportPiece): void {
      countFailedPiece.run({ job: job.seq, number })
      endPiece.run('FAILED', job.seq, number)
    },

    /** Records why the job fails, or what goes wrong while it does. */
    addFailure: (job: ExportJob, sentence: string): void => void addFailure.run(sentence, job.seq),
  }
}
