import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { orNotFound } from '../../http/errors/exceptions.ts'
import { ApplicationResponse } from '../../model/application.ts'
import { ApplicationParams } from '../../model/common.ts'

/**
 * Deletes an application with everything in it, running jobs included. For callers it is gone at
 * once; the worker then purges its rows, so that deleting a million endpoints delays no other call.
 *
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/apps-application-id.html
 */
export const deleteApp: FastifyPluginAsyncTypebox = async app => {
  app.delete(
    '/v1/apps/:applicationId',
    {
      config: { operation: 'DeleteApp' },
      schema: { params: ApplicationParams, response: { 200: ApplicationResponse } },
    },
    async request => {
      const { applicationId } = request.params
      const deleted = await app.store.write(() => app.store.apps.delete(applicationId))
      app.jobWorker.wake()
      if (deleted !== undefined) app.bus.emit({ kind: 'removed', what: 'app', app: applicationId })
      return orNotFound(deleted, 'Application not found')
    },
  )
}
