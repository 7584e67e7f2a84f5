import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { JourneyResponse } from '../../model/journey.ts'
import { findApp } from '../find.ts'
import { answerJourney } from './answer-journey.ts'
import { findJourney } from './find-journey.ts'
import { JourneyParams } from './shapes.ts'

/**
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/apps-application-id-journeys-journey-id.html
 */
export const getJourney: FastifyPluginAsyncTypebox = async app => {
  app.get(
    '/v1/apps/:applicationId/journeys/:journeyId',
    {
      config: { operation: 'GetJourney' },
      schema: { params: JourneyParams, response: { 200: JourneyResponse } },
    },
    async ({ params: { applicationId, journeyId } }) =>
      answerJourney(findJourney(app.store, findApp(app.store, applicationId), journeyId)),
  )
}
