import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { answerPage, PageQuery } from '../../http/paging.ts'
import { ApplicationParams } from '../../model/common.ts'
import { SegmentsResponse } from '../../model/segment.ts'
import { findApp } from '../find.ts'

/**
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/apps-application-id-segments.html
 */
export const getSegments: FastifyPluginAsyncTypebox = async app => {
  app.get(
    '/v1/apps/:applicationId/segments',
    {
      config: { operation: 'GetSegments' },
      schema: { params: ApplicationParams, querystring: PageQuery, response: { 200: SegmentsResponse } },
    },
    async request => {
      const found = findApp(app.store, request.params.applicationId)
      return answerPage(request.query, `segments/${found.id}`, page => app.store.segments.list(found, page))
    },
  )
}
