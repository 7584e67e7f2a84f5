import type { FastifyInstance } from 'fastify'
import { badRequest } from '../../http/errors/exceptions.ts'
import { publish } from '../../journeys/lifecycle.ts'
import type { JourneyDefinition, State, WriteJourneyRequest } from '../../model/journey.ts'
import type { Journey } from '../../store/journeys/journeys.ts'
import { checkPublishable } from './check-publishable.ts'

/**
 * What a request says of a journey: without its dates, which are ignored (assumed), and its state.
 */
export function definitionOf(request: WriteJourneyRequest): JourneyDefinition {
  const { CreationDate, LastModifiedDate, State, ...definition } = request
  return definition
}

/**
 * Checks the state that CreateJourney or UpdateJourney gives.
 *
 * @throws BadRequestException for any other than DRAFT and ACTIVE (source: API reference)
 */
export function checkWrittenState(state: State): void {
  if (state === 'DRAFT' || state === 'ACTIVE') return
  throw badRequest(`State must be DRAFT or ACTIVE; got ${state}: UpdateJourneyState sets the others`)
}

/**
 * Publishes a draft that was read in this transaction.
 *
 * @throws BadRequestException if it is not complete
 */
export function publishChecked({ store, quotas }: FastifyInstance, journey: Journey, now: Date): void {
  checkPublishable(store, journey.app, journey.definition, { now, quotas })
  publish(store, journey, now)
}
