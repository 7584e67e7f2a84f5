import { attributeLimits } from './endpoint.ts'

/**
 * The quotas that Pinpoint publishes (source: guide, quotas page). Those of an account are enforced with `QUOTAS=on`; what an
 * endpoint may hold is enforced always.
 */

/**
 * Requests per second, for the operations around endpoints, segments and imports that have a quota of their own. The
 * page had some thousands for endpoints until 2023. Those of campaigns, templates, events and messages are to be added
 * with the operations.
 */
const requestRates: Record<string, number> = {
  UpdateEndpoint: 10,
  UpdateEndpointsBatch: 2,
  GetEndpoint: 10,
  DeleteEndpoint: 5,
  CreateSegment: 25,
  UpdateSegment: 25,
  DeleteSegment: 25,
}

/** Requests per second for every other operation. */
const otherRequestRate = 300

/** How many requests per second an account may make to an operation. */
export const requestRateOf = (operation: string): number => requestRates[operation] ?? otherRequestRate

/** Import jobs that an account may have under way. The page about imports still says 2, as this one did until 2020. */
export const importJobsUnderWay = 10

/** What one import job may read: 1 GB in 10,000 files. */
export const importSize = { bytes: 1024 ** 3, objects: 10_000 }

/** The limits that Pinpoint sets to what an endpoint holds (source: API reference and quotas page). */
export const endpointLimits = {
  attributeName: 50,
  attributeValue: 100,
  endpointsPerUser: 15,
  /** Different names of Attributes, Metrics and User.UserAttributes together, in one application. */
  customAttributes: attributeLimits.names,
  /** 15 KB (assumed: of JSON text, of all that GetEndpoint answers and a caller can set). */
  endpointBytes: 15 * 1024,
  demographic: { AppVersion: 50, Make: 50, Model: 100, ModelVersion: 50, Platform: 50, PlatformVersion: 50 },
  location: { City: 75, Region: 75 },
} as const
