import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { answerPage, PageQuery } from '../../http/paging.ts'
import { ApplicationParams } from '../../model/common.ts'
import { JourneysResponse } from '../../model/journey.ts'
import { findApp } from '../find.ts'
import { answerJourney } from './answer-journey.ts'

/**
 * Lists the journeys of an application, the newest first (assumed).
 *
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/apps-application-id-journeys.html
 */
export const listJourneys: FastifyPluginAsyncTypebox = async app => {
  app.get(
    '/v1/apps/:applicationId/journeys',
    {
      config: { operation: 'ListJourneys' },
      schema: { params: ApplicationParams, querystring: PageQuery, response: { 200: JourneysResponse } },
    },
    async request => {
      const found = findApp(app.store, request.params.applicationId)
      return answerPage(request.query, `journeys/${found.id}`, page =>
        app.store.journeys.list(found, page).map(({ seq, value }) => ({ seq, value: answerJourney(value) })),
      )
    },
  )
}
