import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { badRequest } from '../../http/errors/exceptions.ts'
import { cancel, movesByCaller, pause, resume } from '../../journeys/lifecycle.ts'
import { JourneyResponse, JourneyStateRequest } from '../../model/journey.ts'
import { findApp } from '../find.ts'
import { answerJourney } from './answer-journey.ts'
import { checkWebhooksOf } from './check-publishable.ts'
import { findJourney, journeyFirst } from './find-journey.ts'
import { JourneyParams } from './shapes.ts'
import { publishChecked } from './write-journey.ts'

/**
 * Publishes a draft, pauses a journey and lets it go on, or cancels it. Only a journey that refreshes
 * can be paused (source: guide).
 *
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/apps-application-id-journeys-journey-id-state.html
 */
export const updateJourneyState: FastifyPluginAsyncTypebox = async app => {
  app.put(
    '/v1/apps/:applicationId/journeys/:journeyId/state',
    {
      config: { operation: 'UpdateJourneyState' },
      schema: { params: JourneyParams, body: JourneyStateRequest, response: { 200: JourneyResponse } },
      preValidation: journeyFirst,
    },
    async (request, reply) => {
      const { store } = app
      const { applicationId, journeyId } = request.params
      const { State } = request.body
      if (State === undefined) throw badRequest('State must be given: ACTIVE, PAUSED or CANCELLED')
      const { definition, state } = findJourney(store, findApp(store, applicationId), journeyId)
      if (State === 'ACTIVE' && state === 'DRAFT') {
        await checkWebhooksOf(app, applicationId, definition, reply.disconnectSignal())
      }
      const updated = await store.write(() => {
        const found = findApp(store, applicationId)
        const journey = findJourney(store, found, journeyId)
        const allowed = movesByCaller[journey.state] ?? []
        if (!allowed.includes(State)) {
          throw badRequest(
            `State must be ${allowed.join(' or ') || 'left as it is'} for a journey that is ${journey.state}; got ${State}`,
          )
        }
        const now = app.now()
        if (State === 'CANCELLED') cancel(store, journey, now)
        else if (State === 'PAUSED') {
          if (!journey.definition.RefreshFrequency) {
            throw badRequest('State must not be PAUSED for a journey without a RefreshFrequency')
          }
          pause(store, journey, now)
        } else if (journey.state === 'PAUSED') resume(store, journey, now)
        else publishChecked(app, journey, now)
        store.journeys.replace(journey, journey.definition, now.toISOString())
        return answerJourney(findJourney(store, found, journeyId))
      })
      app.jobWorker.wake()
      return updated
    },
  )
}
