import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { badRequest, conflict } from '../../http/errors/exceptions.ts'
import { JourneyResponse, WriteJourneyRequest } from '../../model/journey.ts'
import { findApp } from '../find.ts'
import { answerJourney } from './answer-journey.ts'
import { checkJourney } from './check-journey.ts'
import { checkWebhooksOf } from './check-publishable.ts'
import { findJourney, journeyFirst } from './find-journey.ts'
import { JourneyParams } from './shapes.ts'
import { checkWrittenState, definitionOf, publishChecked } from './write-journey.ts'

/**
 * Replaces all that a draft says (assumed), and publishes it if State is ACTIVE. State must be given
 * (source: observed). A journey that was published cannot be changed: that is a 409 (assumed, as no
 * other operation of Pinpoint has a ConflictException).
 *
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/apps-application-id-journeys-journey-id.html
 */
export const updateJourney: FastifyPluginAsyncTypebox = async app => {
  app.put(
    '/v1/apps/:applicationId/journeys/:journeyId',
    {
      config: { operation: 'UpdateJourney' },
      schema: { params: JourneyParams, body: WriteJourneyRequest, response: { 200: JourneyResponse } },
      preValidation: journeyFirst,
    },
    async (request, reply) => {
      const { store } = app
      const { applicationId, journeyId } = request.params
      const { State } = request.body
      if (State === undefined)
        throw badRequest('State must be given: DRAFT, or ACTIVE to publish the journey')
      checkWrittenState(State)
      checkJourney(request.body)
      if (State === 'ACTIVE') {
        await checkWebhooksOf(app, applicationId, request.body, reply.disconnectSignal())
      }
      const updated = await store.write(() => {
        // Checked again: it may have been deleted meanwhile.
        const found = findApp(store, applicationId)
        const journey = findJourney(store, found, journeyId)
        if (journey.state !== 'DRAFT') {
          throw conflict(`Only a journey whose State is DRAFT can be updated; this one is ${journey.state}`)
        }
        const now = app.now()
        store.journeys.replace(journey, definitionOf(request.body), now.toISOString())
        if (State === 'ACTIVE') publishChecked(app, findJourney(store, found, journeyId), now)
        return answerJourney(findJourney(store, found, journeyId))
      })
      if (State === 'ACTIVE') app.jobWorker.wake()
      return updated
    },
  )
}
