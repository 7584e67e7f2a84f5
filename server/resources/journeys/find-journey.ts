import type { Static } from '@sinclair/typebox'
import type { FastifyRequest } from 'fastify'
import { orNotFound } from '../../http/errors/exceptions.ts'
import type { AppRef } from '../../store/applications/applications.ts'
import type { JourneyRun } from '../../store/journeys/journey-runs.ts'
import type { Journey } from '../../store/journeys/journeys.ts'
import type { Store } from '../../store/open-store.ts'
import { findApp } from '../find.ts'
import type { JourneyParams } from './shapes.ts'

/**
 * Finds a journey of an application.
 *
 * @throws NotFoundException (text: assumed)
 */
export const findJourney = (store: Store, app: AppRef, journeyId: string): Journey =>
  orNotFound(store.journeys.get(app, journeyId), `Journey not found: ${journeyId}`)

/**
 * Finds a run of a journey.
 *
 * @throws NotFoundException (text: assumed)
 */
export const findRun = (store: Store, journey: Journey, runId: string): JourneyRun =>
  orNotFound(store.journeyRuns.get(journey.document, runId), `Journey run not found: ${runId}`)

/**
 * A `preValidation` hook: an unknown application or journey is a 404, whatever is wrong with the body
 * (assumed).
 *
 * @throws NotFoundException
 */
export async function journeyFirst({ server, params }: FastifyRequest): Promise<void> {
  const { applicationId, journeyId } = params as Static<typeof JourneyParams>
  findJourney(server.store, findApp(server.store, applicationId), journeyId)
}
