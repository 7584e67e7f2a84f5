import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { type Counters, metricsOf } from '../../audience/counters.ts'
import { notFound } from '../../http/errors/exceptions.ts'
import { NextTokenQuery } from '../../http/paging.ts'
import { kindOf } from '../../journeys/graph.ts'
import { paramsInApplication } from '../../model/common.ts'
import {
  type ActivityKind,
  JourneyExecutionActivityMetricsResponse,
  JourneyExecutionMetricsResponse,
  JourneyRunExecutionActivityMetricsResponse,
  JourneyRunExecutionMetricsResponse,
} from '../../model/journey.ts'
import type { Journey } from '../../store/journeys/journeys.ts'
import { findApp } from '../find.ts'
import { findJourney, findRun } from './find-journey.ts'

const [journeyId, runId, journeyActivityId] = [
  'Id of the journey',
  'Id of the run',
  'Key of the activity in Activities',
]

/** What differs between the four operations: whether they are about a run, and about an activity. */
const operations = [
  {
    operation: 'GetJourneyExecutionMetrics',
    path: '/execution-metrics',
    params: paramsInApplication({ journeyId }),
    response: JourneyExecutionMetricsResponse,
  },
  {
    operation: 'GetJourneyExecutionActivityMetrics',
    path: '/activities/:journeyActivityId/execution-metrics',
    params: paramsInApplication({ journeyId, journeyActivityId }),
    response: JourneyExecutionActivityMetricsResponse,
  },
  {
    operation: 'GetJourneyRunExecutionMetrics',
    path: '/runs/:runId/execution-metrics',
    params: paramsInApplication({ journeyId, runId }),
    response: JourneyRunExecutionMetricsResponse,
  },
  {
    operation: 'GetJourneyRunExecutionActivityMetrics',
    path: '/runs/:runId/activities/:journeyActivityId/execution-metrics',
    params: paramsInApplication({ journeyId, runId, journeyActivityId }),
    response: JourneyRunExecutionActivityMetricsResponse,
  },
]

/** What activities of each kind are called in metrics (source: guide; observed for EMAIL). */
const activityTypes: Record<ActivityKind, string> = {
  CUSTOM: 'CUSTOM',
  ConditionalSplit: 'CONDITIONAL_SPLIT',
  ContactCenter: 'CONTACT_CENTER',
  EMAIL: 'EMAIL',
  Holdout: 'HOLDOUT',
  MultiCondition: 'MULTI_CONDITIONAL_SPLIT',
  PUSH: 'PUSH',
  RandomSplit: 'RANDOM_SPLIT',
  SMS: 'SMS',
  Wait: 'WAIT',
}

/**
 * The four operations that answer what was counted in a journey or one of its runs, as a whole or at
 * an activity. What a journey counts is the sum of its runs (assumed); as a whole, less than they do
 * (source: guide). Counters are texts, and those that are 0 are absent (source: observed). All fit on
 * one page, so page-size and next-token change nothing (assumed).
 *
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/apps-application-id-journeys-journey-id-execution-metrics.html
 */
export const executionMetrics: FastifyPluginAsyncTypebox = async app => {
  const { store } = app
  for (const { operation, path, params, response } of operations) {
    app.get(
      `/v1/apps/:applicationId/journeys/:journeyId${path}`,
      {
        config: { operation },
        schema: { params, querystring: NextTokenQuery, response: { 200: response } },
      },
      async request => {
        const { applicationId, journeyId, runId, journeyActivityId } = request.params as {
          applicationId: string
          journeyId: string
          runId?: string
          journeyActivityId?: string
        }
        return store.read(() => {
          const journey = findJourney(store, findApp(store, applicationId), journeyId)
          const run = runId === undefined ? undefined : findRun(store, journey, runId)
          const activity = journeyActivityId === undefined ? {} : describeActivity(journey, journeyActivityId)
          const { document } = journey
          const counters =
            run === undefined
              ? store.journeyRuns.countersOfJourney(document, journeyActivityId)
              : store.journeyRuns.countersOfRun(run.seq, journeyActivityId)
          const whole = () =>
            run === undefined
              ? ofWholeJourney(counters, store.journeyRuns.countInside(document))
              : withActive(counters, run.inside)
          return {
            ApplicationId: applicationId,
            JourneyId: journey.id,
            ...(run && { RunId: run.id }),
            ...activity,
            LastEvaluatedTime:
              run?.evaluatedAt ?? store.journeyRuns.evaluatedAt(document) ?? journey.creationDate,
            Metrics: metricsOf(journeyActivityId === undefined ? whole() : counters),
          }
        })
      },
    )
  }
}

/** @throws NotFoundException (text: assumed) */
function describeActivity({ definition }: Journey, key: string) {
  const { Activities = {} } = definition
  const kind = Object.hasOwn(Activities, key) ? kindOf(Activities[key]) : undefined
  if (kind === undefined) throw notFound(`Journey activity not found: ${key}`)
  return { JourneyActivityId: key, ActivityType: activityTypes[kind] }
}

/** With the participants that are inside: those that entered and have not left (source: guide). */
const withActive = (counters: Counters, inside: number): Counters => ({
  ...counters,
  ENDPOINT_ACTIVE: inside,
})

/** What is counted of a journey as a whole; why others have not entered, its runs tell (source: guide). */
const countersOfWhole = [
  'ENDPOINT_ENTERED',
  'ENDPOINT_LEFT',
  'CANCELLED',
  'REENTRY_CAP_EXCEEDED',
  'ACTIVE_ENDPOINT_REJECTED',
]

/**
 * The counters of a journey as a whole.
 *
 * @param counters those of all its runs
 * @param inside how many participants are inside
 */
export const ofWholeJourney = (counters: Counters, inside: number): Counters =>
  withActive(
    Object.fromEntries(Object.entries(counters).filter(([name]) => countersOfWhole.includes(name))),
    inside,
  )
