import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { type Static, Type } from '@sinclair/typebox'
import { notFound } from '../http/errors/exceptions.ts'
import { ExportJobResponse } from '../model/export-job.ts'
import { exportKey } from '../model/export-key.ts'
import { HeldBy } from '../model/held-by.ts'
import { JobParams } from '../model/job.ts'
import { WaitsFor } from '../model/waits-for.ts'
import { findApp } from '../resources/find.ts'
import { Held, History, nextPiece, pieceMembers, piecesQuery, showPieces } from './job-shapes.ts'
import { standstillOf } from './standstill.ts'

const ExportJobPage = Type.Object({
  job: ExportJobResponse,
  history: History,
  held: Held,
  heldBy: Type.Optional(HeldBy),
  waitsFor: Type.Optional(WaitsFor),
  pieces: Type.Array(
    Type.Object({
      ...pieceMembers,
      endpoints: Type.Integer({ description: 'How many are to be in it; the last piece takes what is left' }),
    }),
  ),
  nextPiece,
})
export type ExportJobPage = Static<typeof ExportJobPage>

/**
 * All that is known of an export job: the job as GetExportJob answers it, its history, its pieces.
 */
export const exportJob: FastifyPluginAsyncTypebox = async app => {
  app.get(
    '/_pinpoint/apps/:applicationId/export-jobs/:jobId',
    {
      config: { operation: 'exportJob' },
      schema: {
        summary: 'All that is known of an export job',
        params: JobParams,
        querystring: Type.Object(piecesQuery),
        response: { 200: ExportJobPage },
      },
    },
    async ({ params, query }) => {
      const jobs = app.store.exportJobs
      const found = jobs.find(findApp(app.store, params.applicationId), params.jobId)
      if (found === undefined) throw notFound(`Export job not found: ${params.jobId}`)
      const { seq, job, history } = found
      const { S3UrlPrefix } = job.Definition
      const shown = showPieces(query['from-piece'], (from, limit) =>
        jobs
          .pieces(seq, from, limit)
          .map(piece => ({ ...piece, object: exportKey(S3UrlPrefix, job.Id, piece.index) })),
      )
      return {
        job,
        history,
        ...standstillOf(app.store, 'export', found),
        ...shown,
      }
    },
  )
}
