import { hasOptedOut, isInactive } from '../delivery/deliver.ts'
import type { EndpointResponse } from '../model/endpoint.ts'
import { isTimeZone } from '../model/time-zone.ts'

/**
 * Counters of the members of a segment and of those that are not targeted, in the order in which
 * endpoints are filtered (names: guide; order: assumed). TREATMENT_HOLDOUT and
 * ENDPOINT_CHANNEL_MISMATCH are those of campaigns alone.
 */
export const audienceCounters = [
  'ENDPOINT_PRODUCED',
  'ENDPOINTS_FROM_USER',
  'DUPLICATE_USER',
  'DUPLICATE_ENDPOINT',
  'FILTERED_OUT_BY_SEGMENT',
  'ENDPOINT_OPT_OUT',
  'ENDPOINT_INACTIVE',
  'ENDPOINT_MISSING_CHANNEL',
  'ENDPOINT_MISSING_ADDRESS',
  'ENDPOINT_CHANNEL_MISMATCH',
  'ENDPOINT_MISSING_TIMEZONE',
  'ENDPOINT_TIMEZONE_MISMATCH',
  'TREATMENT_HOLDOUT',
] as const
export type AudienceCounter = (typeof audienceCounters)[number]

/** How often something has happened, by the name of a counter. */
export type Counters = Record<string, number>

/** Adds to a counter, which is 0 before. */
export function count(counters: Counters, name: string, by = 1): void {
  counters[name] = (counters[name] ?? 0) + by
}

/** Counters as metrics are answered: strings, and none that is 0 (source: observed for journeys). */
export const metricsOf = (counters: Counters): Record<string, string> =>
  Object.fromEntries(
    Object.entries(counters)
      .filter(([, value]) => value !== 0)
      .map(([name, value]) => [name, String(value)]),
  )

/** What an endpoint must have, beside what every message needs. */
export interface AudienceRules {
  /** Whether there is a message for a channel; without it, for every channel. */
  hasMessage?: (channel: string) => boolean
  /**
   * Whether messages are sent by the endpoints' own clocks: without a valid zone, none is (source: guide).
   */
  isLocalTime?: boolean
  /** Whether nothing is sent to a time zone; asked with `isLocalTime` alone. */
  isLeftOut?: (zone: string) => boolean
  /** Whether a cohort, 0 to 99, is meant; without it, every one is. */
  isOfCohort?: (cohort: number) => boolean
}

/**
 * Why a member of a segment is not targeted: the first counter that applies, in their order;
 * undefined if it is targeted.
 */
export function whyNotTargeted(
  endpoint: EndpointResponse,
  { hasMessage, isLocalTime = false, isLeftOut, isOfCohort }: AudienceRules,
): AudienceCounter | undefined {
  const { ChannelType, Address, Demographic } = endpoint
  if (hasOptedOut(endpoint)) return 'ENDPOINT_OPT_OUT'
  if (isInactive(endpoint)) return 'ENDPOINT_INACTIVE'
  if (!ChannelType) return 'ENDPOINT_MISSING_CHANNEL'
  if (!Address) return 'ENDPOINT_MISSING_ADDRESS'
  if (hasMessage?.(ChannelType) === false) return 'ENDPOINT_CHANNEL_MISMATCH'
  if (isLocalTime) {
    const zone = Demographic?.Timezone
    if (!zone || !isTimeZone(zone)) return 'ENDPOINT_MISSING_TIMEZONE'
    if (isLeftOut?.(zone) === true) return 'ENDPOINT_TIMEZONE_MISMATCH'
  }
  if (isOfCohort?.(Number(endpoint.CohortId)) === false) return 'TREATMENT_HOLDOUT'
  return undefined
}
