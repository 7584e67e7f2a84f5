import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { newId } from '../../model/arn.ts'
import { ApplicationParams } from '../../model/common.ts'
import { JourneyResponse, WriteJourneyRequest } from '../../model/journey.ts'
import { appFirst, findApp } from '../find.ts'
import { answerJourney } from './answer-journey.ts'
import { checkJourney } from './check-journey.ts'
import { checkWebhooksOf } from './check-publishable.ts'
import { findJourney } from './find-journey.ts'
import { checkWrittenState, definitionOf, publishChecked } from './write-journey.ts'

/**
 * Creates a journey: a DRAFT, which needs no more than a name, unless its State is ACTIVE (source:
 * API reference). Limits and quiet time of the application count for it as they are now (source:
 * guide).
 *
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/apps-application-id-journeys.html
 */
export const createJourney: FastifyPluginAsyncTypebox = async app => {
  app.post(
    '/v1/apps/:applicationId/journeys',
    {
      config: { operation: 'CreateJourney' },
      schema: { params: ApplicationParams, body: WriteJourneyRequest, response: { 201: JourneyResponse } },
      preValidation: appFirst,
    },
    async (request, reply) => {
      const { store } = app
      const { State = 'DRAFT' } = request.body
      checkWrittenState(State)
      checkJourney(request.body)
      if (State === 'ACTIVE') {
        await checkWebhooksOf(app, request.params.applicationId, request.body, reply.disconnectSignal())
      }
      const id = newId()
      const created = await store.write(() => {
        const found = findApp(store, request.params.applicationId)
        const { JourneyLimits, QuietTime } = store.applicationSettings.get(found)
        const now = app.now()
        const definition = definitionOf(request.body)
        const defaults = { ...(JourneyLimits && { JourneyLimits }), ...(QuietTime && { QuietTime }) }
        store.journeys.create(found, { id, definition, defaults }, now.toISOString())
        if (State === 'ACTIVE') publishChecked(app, findJourney(store, found, id), now)
        return answerJourney(findJourney(store, found, id))
      })
      if (State === 'ACTIVE') app.jobWorker.wake()
      return reply.code(201).send(created)
    },
  )
}
