import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { badRequest, tooManyRequests } from '../../http/errors/exceptions.ts'
import { newId } from '../../model/arn.ts'
import { ApplicationParams } from '../../model/common.ts'
import { ImportJobRequest, ImportJobResponse } from '../../model/import-job.ts'
import { importJobsUnderWay } from '../../model/quotas.ts'
import type { Store } from '../../store/open-store.ts'
import { appFirst, findApp } from '../find.ts'
import { checkTarget, define } from './definition.ts'

/**
 * Creates an import job and answers at once, or after a look at the objects if PREFLIGHT or QUOTAS
 * ask for one; the worker finds the job in the store and runs it. The answer already names the
 * segment that the job will make, which has the job's own id (assumed).
 *
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/apps-application-id-jobs-import.html
 */
export const createImportJob: FastifyPluginAsyncTypebox = async app => {
  app.post(
    '/v1/apps/:applicationId/jobs/import',
    {
      config: { operation: 'CreateImportJob' },
      schema: { params: ApplicationParams, body: ImportJobRequest, response: { 201: ImportJobResponse } },
      preValidation: appFirst,
    },
    async (request, reply) => {
      const id = newId()
      const { definition, segmentId } = define(request.body, id, request.caller)
      const findTarget = () => {
        const found = findApp(app.store, request.params.applicationId)
        checkTarget(app.store, found, request.body)
        return found
      }
      findTarget()
      const problem = await app.preflight(request.body)
      if (problem !== undefined) throw badRequest(problem)
      const created = await app.store.write(() => {
        // Checked again: it may have been deleted meanwhile.
        const found = findTarget()
        if (app.quotas) checkUnderWay(app.store, request.caller.accountId)
        const now = app.now().toISOString()
        app.store.importJobs.create({ app: found, id, definition, segmentId, requestId: request.id, now })
        return app.store.importJobs.get(found, id)!
      })
      app.jobWorker.wake()
      return reply.code(201).send(created)
    },
  )
}

/**
 * Checks the quota of import jobs: of all applications of the account, waiting jobs included
 * (assumed).
 *
 * @throws TooManyRequestsException
 */
function checkUnderWay(store: Store, accountId: string): void {
  if (store.importJobs.countUnderWay(accountId) < importJobsUnderWay) return
  throw tooManyRequests(
    `Account ${accountId} has ${importJobsUnderWay} import jobs that are not COMPLETED or FAILED; it must not have more`,
  )
}
