import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { ApplicationSettingsResource } from '../../model/application-settings.ts'
import { ApplicationParams } from '../../model/common.ts'
import { findApp } from '../find.ts'

/**
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/apps-application-id-settings.html
 */
export const getApplicationSettings: FastifyPluginAsyncTypebox = async app => {
  app.get(
    '/v1/apps/:applicationId/settings',
    {
      config: { operation: 'GetApplicationSettings' },
      schema: { params: ApplicationParams, response: { 200: ApplicationSettingsResource } },
    },
    async request => app.store.applicationSettings.get(findApp(app.store, request.params.applicationId)),
  )
}
