import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { type Static, Type } from '@sinclair/typebox'
import { notFound } from '../http/errors/exceptions.ts'
import { PageQuery, readPage } from '../http/paging.ts'
import { HeldBy } from '../model/held-by.ts'
import { ImportJobResponse } from '../model/import-job.ts'
import { JobParams } from '../model/job.ts'
import { WaitsFor } from '../model/waits-for.ts'
import { findApp } from '../resources/find.ts'
import type { FailureCursor } from '../store/jobs/import-jobs.ts'
import { Held, History, JobFailure, nextPiece, pieceMembers, piecesQuery, showPieces } from './job-shapes.ts'
import { standstillOf } from './standstill.ts'

const ImportJobPage = Type.Object({
  job: ImportJobResponse,
  history: History,
  held: Held,
  heldBy: Type.Optional(HeldBy),
  waitsFor: Type.Optional(WaitsFor),
  pieces: Type.Array(
    Type.Object({
      ...pieceMembers,
      start: Type.Integer({ description: "The byte of the object's content at which it begins" }),
      end: Type.Optional(
        Type.Integer({ description: 'The byte behind its last; absent where the size is unknown' }),
      ),
      processed: Type.Integer({ description: 'Records that were read' }),
      failed: Type.Integer({ description: 'Of those, the ones that could not be imported' }),
    }),
  ),
  nextPiece,
  failures: Type.Object({ items: Type.Array(JobFailure), nextToken: Type.Optional(Type.String()) }),
  skipped: Type.Array(Type.Object({ object: Type.String(), reason: Type.String() }), {
    description: "Objects with keys that begin with the job's that are not read, and why; the first 100",
  }),
  skippedTotal: Type.Integer({ description: 'How many objects are not read' }),
})
export type ImportJobPage = Static<typeof ImportJobPage>

/** Before all failures. */
const first: FailureCursor = [0, 0]

/**
 * All that is known of an import job: the job as GetImportJob answers it, its history, its pieces,
 * and its failures, page by page. Failures of the whole job, of objects and of pieces come first,
 * as in GetImportJob's Failures; then those of records, in the order in which they were read.
 */
export const importJob: FastifyPluginAsyncTypebox = async app => {
  app.get(
    '/_pinpoint/apps/:applicationId/import-jobs/:jobId',
    {
      config: { operation: 'importJob' },
      schema: {
        summary: 'All that is known of an import job',
        params: JobParams,
        querystring: Type.Object({ ...PageQuery.properties, ...piecesQuery }),
        response: { 200: ImportJobPage },
      },
    },
    async ({ params, query }) => {
      const jobs = app.store.importJobs
      const found = jobs.find(findApp(app.store, params.applicationId), params.jobId)
      if (found === undefined) throw notFound(`Import job not found: ${params.jobId}`)
      const { seq, job, history, skipped } = found
      const { values: items, token } = readPage(
        query,
        `import-failures/${job.Id}`,
        first,
        isFailureCursor,
        (limit, after) => jobs.failures(seq, after, limit),
      )
      const shown = showPieces(query['from-piece'], (from, limit) => jobs.pieces(seq, from, limit))
      return {
        job,
        history,
        ...standstillOf(app.store, 'import', found),
        ...shown,
        failures: { items, ...(token !== undefined && { nextToken: token }) },
        skipped: skipped.items,
        skippedTotal: skipped.total,
      }
    },
  )
}

const isFailureCursor = (value: unknown): value is FailureCursor =>
  Array.isArray(value) &&
  value.length === 2 &&
  (value[0] === 0 || value[0] === 1) &&
  Number.isSafeInteger(value[1])
