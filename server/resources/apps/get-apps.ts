import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { answerPage, PageQuery } from '../../http/paging.ts'
import { ApplicationsResponse } from '../../model/application.ts'

/**
 * Lists all applications, newest first, of all accounts and regions: the emulator does not separate
 * them, they are only parts of ARNs.
 *
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/apps.html
 */
export const getApps: FastifyPluginAsyncTypebox = async app => {
  app.get(
    '/v1/apps',
    {
      config: { operation: 'GetApps' },
      schema: { querystring: PageQuery, response: { 200: ApplicationsResponse } },
    },
    async request => answerPage(request.query, 'apps', app.store.apps.list),
  )
}
