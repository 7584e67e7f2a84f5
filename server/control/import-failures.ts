import { Readable } from 'node:stream'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { orNotFound } from '../http/errors/exceptions.ts'
import { JobParams } from '../model/job.ts'
import { findApp } from '../resources/find.ts'
import type { FailureCursor } from '../store/jobs/import-jobs.ts'
import type { Failure } from '../store/jobs/import-progress.ts'
import type { Store } from '../store/open-store.ts'

/** Failures that are read at once. A record has up to 4096 characters. */
const failuresPerStep = 200

/** Answers all failures of an import job as one CSV file, in the order of the job's page. */
export const importFailures: FastifyPluginAsyncTypebox = async app => {
  app.get(
    '/_pinpoint/apps/:applicationId/import-jobs/:jobId/failures.csv',
    {
      config: { operation: 'importFailures' },
      schema: {
        summary: 'All failures of an import job as CSV: object, line, reason, record',
        produces: ['text/csv'],
        params: JobParams,
        response: { 200: Type.Unsafe<unknown>({ type: 'string', description: 'CSV, in UTF-8' }) },
      },
    },
    async ({ params: { applicationId, jobId } }, reply) => {
      const { store } = app
      const find = () => store.importJobs.find(findApp(store, applicationId), jobId)?.seq
      const job = orNotFound(find(), `Import job not found: ${jobId}`)
      const isThere = () => find() === job
      return reply
        .header('content-type', 'text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="failures-${jobId}.csv"`)
        .send(Readable.from(linesOf(store, job, isThere), { objectMode: false }))
    },
  )
}

/**
 * The lines of the file, some at a time.
 *
 * @throws Error, which breaks off the answer, if the job is deleted or the state replaced meanwhile
 */
function* linesOf({ importJobs, read }: Store, job: number, isThere: () => boolean): Generator<string> {
  yield 'object,line,reason,record\r\n'
  let cursor: FailureCursor | undefined = [0, 0]
  while (cursor !== undefined) {
    const after: FailureCursor = cursor
    const failures = read(() => {
      if (!isThere()) throw new Error(`the import job ${job} has been removed`)
      return importJobs.failures(job, after, failuresPerStep)
    })
    if (failures.length > 0) yield failures.map(({ value }) => lineOf(value)).join('')
    cursor = failures.length === failuresPerStep ? failures.at(-1)!.at : undefined
  }
}

const lineOf = ({ object, line, reason, record = '' }: Failure): string =>
  `${cell(object)},${line ?? ''},${cell(reason)},${cell(record)}\r\n`

/**
 * A quoted cell. One that a spreadsheet would take for a formula gets an apostrophe in front, as the
 * text comes from files of anybody (source: OWASP, "CSV Injection").
 */
function cell(text: string): string {
  const harmless = /^[=+\-@\t\r\n＝＋－＠]/.test(text) ? `'${text}` : text
  return `"${harmless.replaceAll('"', '""')}"`
}
