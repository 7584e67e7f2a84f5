import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { orNotFound } from '../../http/errors/exceptions.ts'
import { ApplicationResponse } from '../../model/application.ts'
import { ApplicationParams } from '../../model/common.ts'

/** @see https://docs.aws.amazon.com/pinpoint/latest/apireference/apps-application-id.html */
export const getApp: FastifyPluginAsyncTypebox = async app => {
  app.get(
    '/v1/apps/:applicationId',
    {
      config: { operation: 'GetApp' },
      schema: { params: ApplicationParams, response: { 200: ApplicationResponse } },
    },
    async request => orNotFound(app.store.apps.get(request.params.applicationId), 'Application not found'),
  )
}
