import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { JourneyResponse } from '../../model/journey.ts'
import { findApp } from '../find.ts'
import { answerJourney } from './answer-journey.ts'
import { findJourney } from './find-journey.ts'
import { JourneyParams } from './shapes.ts'

/**
 * Deletes a journey, whatever its state: nothing of it goes on (assumed). The worker purges its rows.
 *
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/apps-application-id-journeys-journey-id.html
 */
export const deleteJourney: FastifyPluginAsyncTypebox = async app => {
  app.delete(
    '/v1/apps/:applicationId/journeys/:journeyId',
    {
      config: { operation: 'DeleteJourney' },
      schema: { params: JourneyParams, response: { 200: JourneyResponse } },
    },
    async ({ params: { applicationId, journeyId } }) => {
      const deleted = await app.store.write(() => {
        const journey = findJourney(app.store, findApp(app.store, applicationId), journeyId)
        app.store.journeys.delete(journey)
        return answerJourney(journey)
      })
      app.jobWorker.wake()
      app.bus.emit({ kind: 'removed', what: 'journey', app: applicationId, id: journeyId })
      return deleted
    },
  )
}
