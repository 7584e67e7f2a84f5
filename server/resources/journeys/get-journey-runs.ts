import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { answerPage, PageQuery } from '../../http/paging.ts'
import { type JourneyRunResponse, JourneyRunsResponse } from '../../model/journey.ts'
import type { JourneyRun } from '../../store/journeys/journey-runs.ts'
import { findApp } from '../find.ts'
import { findJourney } from './find-journey.ts'
import { JourneyParams } from './shapes.ts'

/**
 * Lists the runs of a journey, the newest first (assumed): one when it is published, and one more
 * with each refresh (assumed).
 *
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/apps-application-id-journeys-journey-id-runs.html
 */
export const getJourneyRuns: FastifyPluginAsyncTypebox = async app => {
  app.get(
    '/v1/apps/:applicationId/journeys/:journeyId/runs',
    {
      config: { operation: 'GetJourneyRuns' },
      schema: { params: JourneyParams, querystring: PageQuery, response: { 200: JourneyRunsResponse } },
    },
    async ({ params: { applicationId, journeyId }, query }) => {
      const { document, id } = findJourney(app.store, findApp(app.store, applicationId), journeyId)
      return answerPage(query, `journey-runs/${id}`, page =>
        app.store.journeyRuns
          .list(document, page)
          .map(({ seq, value }) => ({ seq, value: answerRun(value) })),
      )
    },
  )
}

const answerRun = ({ id, status, creationTime, lastUpdateTime }: JourneyRun): JourneyRunResponse => ({
  CreationTime: creationTime,
  LastUpdateTime: lastUpdateTime,
  RunId: id,
  Status: status,
})
