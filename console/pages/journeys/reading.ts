import { useSignal } from '@preact/signals'
import type { JourneyResponse, JourneyRunResponse } from '../../../server/model/journey.ts'
import { get } from '../../api/calls.ts'
import { type Fetched, useLoaded } from '../../api/fetched.ts'
import { useLive, useReload } from '../../api/live.ts'
import type { JourneyEvent } from '../../api/types.ts'
import { to } from '../../router.ts'
import type { Counts } from './graph.ts'

interface Metrics {
  Metrics: Record<string, string>
}

/** What was counted in a journey as a whole. */
export const getMetrics = async (
  app: string,
  journey: string,
  signal: AbortSignal,
): Promise<Record<string, string>> =>
  (await get<Metrics>(to`v1/apps/${app}/journeys/${journey}/execution-metrics`, signal)).Metrics

/**
 * What is counted in a journey, kept fresh. The events of the live feed have all of it, but those
 * of a run are read anew.
 *
 * @param run the run that is meant; all of them, if absent
 */
export function useCounts(
  app: string,
  id: string,
  journey: JourneyResponse | undefined,
  run: string | undefined,
): Fetched<Counts> {
  const keys = Object.keys(journey?.Activities ?? {})
  const address = to`v1/apps/${app}/journeys/${id}/` + (run === undefined ? '' : to`runs/${run}/`)
  const fetched = useLoaded<Counts>(journey && `${address}#counts ${keys.join()}`, async signal => {
    const known = newer.value
    const [whole, ...all] = await Promise.all([
      get<Metrics>(`${address}execution-metrics`, signal),
      ...keys.map(key => get<Metrics>(address + to`activities/${key}/execution-metrics`, signal)),
    ])
    // An event that has come meanwhile may be newer than this.
    if (newer.value === known) newer.value = undefined
    return {
      journey: whole.Metrics,
      activities: Object.fromEntries(keys.map((key, index) => [key, all[index]!.Metrics])),
    }
  })
  const newer = useSignal<Counts | undefined>(undefined)
  const isMine = (event: JourneyEvent) => event.app === app && event.id === id
  useLive('journey', event => {
    if (isMine(event) && run === undefined)
      newer.value = { journey: event.metrics, activities: event.activities }
  })
  useReload<'journey'>(fetched.reload, ['journey'], event => run !== undefined && isMine(event))
  return { ...fetched, value: (run === undefined && newer.value) || fetched.value }
}

/**
 * What is counted in the run of a journey that has had but one: that says why endpoints did not enter, too.
 * Nothing is counted of several runs.
 */
export function useCountsOfOnlyRun(
  app: string,
  id: string,
  isAsked: boolean,
): Fetched<Record<string, string>> {
  const address = to`v1/apps/${app}/journeys/${id}/runs`
  return useLoaded(isAsked ? `${address}#only` : undefined, async signal => {
    const { Item } = await get<{ Item: JourneyRunResponse[] }>(`${address}?page-size=2`, signal)
    if (Item.length !== 1) return {}
    return (await get<Metrics>(address + to`/${Item[0]!.RunId}/execution-metrics`, signal)).Metrics
  })
}
