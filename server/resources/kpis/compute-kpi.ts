import type { ResultRow, ResultRowValue } from '../../model/kpi.ts'
import type { AppRef } from '../../store/applications/applications.ts'
import type { CountKey, CountOwner } from '../../store/event-records/event-counts.ts'
import type { Store } from '../../store/open-store.ts'
import type { DateRange } from './date-range.ts'
import type { GroupKey, Kpi } from './kpi-names.ts'
import type { Sum } from './measures.ts'

const owners = { campaigns: 'any campaign', journeys: 'any journey', neither: 'neither' } as const

/** Which member of a count each grouping goes by. */
const groupMembers: Record<GroupKey, 'day' | 'campaign' | 'activity' | 'label'> = {
  Date: 'day',
  CampaignId: 'campaign',
  CampaignActivityId: 'activity',
  JourneyActivityId: 'activity',
  Country: 'label',
  RecordStatus: 'label',
}

/**
 * Computes a KPI over some days.
 *
 * @param name of the KPI
 * @param owner a campaign or a journey; without it, all that the KPI is of
 * @returns its rows, by the value that they are grouped by; none without data
 */
export function computeKpi(
  store: Pick<Store, 'eventCounts'>,
  app: AppRef,
  { name, kpi, owner }: { name: string; kpi: Kpi; owner?: CountOwner },
  range: DateRange,
): ResultRow[] {
  const { groupBy } = kpi
  const key = valueKey(name)
  const groups = kpi.measure.countsEndpoints
    ? countEndpoints(store, app, kpi, owner, range)
    : computeMeasure(store, app, kpi, owner ?? owners[kpi.of], range)
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([group, value]) => ({
      GroupedBys: groupBy === undefined ? [] : [{ Key: groupBy, Type: 'String', Value: group }],
      Values: [doubleOf(key, value)],
    }))
}

function computeMeasure(
  store: Pick<Store, 'eventCounts'>,
  app: AppRef,
  { measure, groupBy }: Kpi,
  owner: CountOwner,
  range: DateRange,
): Map<string, number> {
  const counts = store.eventCounts.read(app, owner, { ...range, names: measure.names })
  const groupOf = (count: CountKey) => (groupBy === undefined ? '' : count[groupMembers[groupBy]])
  const values = new Map<string, number>()
  for (const [group, ofGroup] of Map.groupBy(counts, groupOf)) {
    const sum: Sum = (name, label) => {
      let total = 0
      for (const count of ofGroup) {
        if (count.name === name && (label === undefined || count.label === label)) total += count.total
      }
      return total
    }
    const value = measure.value(sum)
    if (value !== undefined) values.set(group, value)
  }
  return values
}

/** The number of different endpoints that have got a message of campaigns. */
function countEndpoints(
  store: Pick<Store, 'eventCounts'>,
  app: AppRef,
  { groupBy }: Kpi,
  owner: CountOwner | undefined,
  range: DateRange,
): Map<string, number> {
  const campaign = typeof owner === 'object' && 'campaign' in owner ? owner.campaign : undefined
  const found = new Map<string, Set<string>>()
  const member = groupBy && (groupMembers[groupBy] as 'day' | 'campaign' | 'activity')
  for (const { endpoints, ...reach } of store.eventCounts.reached(app, campaign, range)) {
    const group = member === undefined ? '' : reach[member]
    const ofGroup = found.get(group) ?? new Set()
    found.set(group, ofGroup)
    for (const id of endpoints) ofGroup.add(id)
  }
  return new Map([...found].flatMap(([group, { size }]) => (size === 0 ? [] : [[group, size]])))
}

/** UniqueDeliveries of unique-deliveries-grouped-by-date (source: guide's samples). */
const valueKey = (name: string): string =>
  name
    .replace(/-grouped-by-.*$/, '')
    .split('-')
    .map(word => `${word[0]!.toUpperCase()}${word.slice(1)}`)
    .join('')

/** Every value is a Double (source: guide's sample; that all are: assumed). */
const doubleOf = (Key: string, value: number): ResultRowValue => ({
  Key,
  Type: 'Double',
  Value: Number.isInteger(value) ? `${value}.0` : String(value),
})
