import type { Activity, ActivityKind, JourneyResponse } from '../../../server/model/journey.ts'

/** What was counted in a journey, or in one of its runs: as a whole, and at each activity by its key. */
export interface Counts {
  journey: Record<string, string>
  activities: Record<string, Record<string, string>>
}

/** A way from an activity to the next. */
export interface Way {
  /** Of a branch: `yes`, `50 %`, `branch 1`; empty where there is only one way. */
  name: string
  /** The key of the next activity; undefined where the journey ends. */
  next: string | undefined
  /** The counters of the activity that count who went this way; all of them, if absent. */
  counters?: string[]
}

const kinds: ActivityKind[] = [
  ...(['EMAIL', 'SMS', 'PUSH', 'CUSTOM', 'Wait', 'ConditionalSplit', 'MultiCondition'] as const),
  ...(['RandomSplit', 'Holdout', 'ContactCenter'] as const),
]

/** The kind of an activity; undefined for one in a draft that has none yet. */
export const kindOf = (activity: Activity): ActivityKind | undefined =>
  kinds.find(kind => activity[kind] !== undefined)

/** The ways that lead from an activity. Empty keys count as absent, as in the emulator. */
export function waysOf(activity: Activity): Way[] {
  const { ConditionalSplit, Holdout, MultiCondition, RandomSplit, Wait } = activity
  if (ConditionalSplit) {
    const { TrueActivity, FalseActivity } = ConditionalSplit
    return [way('yes', TrueActivity, 'Branch_TRUE'), way('no', FalseActivity, 'Branch_FALSE')]
  }
  if (MultiCondition) {
    const branches = (MultiCondition.Branches ?? []).map(({ NextActivity }, index) =>
      way(`branch ${index + 1}`, NextActivity, `Branch_${index + 1}`),
    )
    return [...branches, way('default', MultiCondition.DefaultActivity, 'Branch_DEFAULT')]
  }
  if (RandomSplit) {
    return (RandomSplit.Branches ?? []).map(({ NextActivity, Percentage = 0 }, index) =>
      way(`${Percentage} %`, NextActivity, `Branch_${index + 1}`),
    )
  }
  if (Holdout) {
    const { NextActivity, Percentage } = Holdout
    return [
      way(`${100 - Percentage} %`, NextActivity, 'PASSED'),
      way(`${Percentage} % held out`, '', 'HELD_OUT'),
    ]
  }
  if (Wait) return [way('', Wait.NextActivity, 'WAIT_FINISHED', 'WAIT_SKIPPED')]
  const kind = kindOf(activity)
  const { NextActivity } = (kind && (activity[kind] as { NextActivity?: string })) ?? {}
  // Whatever has become of a message, it counts once, and its participant goes on.
  return [{ name: '', next: NextActivity || undefined }]
}

const way = (name: string, next: string | undefined, ...counters: string[]): Way => ({
  name,
  next: next || undefined,
  counters,
})

/** How many participants went a way. */
export function wentBy({ counters }: Way, metrics: Record<string, string> = {}): number {
  const values = counters === undefined ? Object.values(metrics) : counters.map(name => metrics[name] ?? 0)
  return values.reduce<number>((sum, value) => sum + Number(value), 0)
}

/** A node of the graph: an activity, the start, an end, or an activity that is named and not there. */
export interface Node {
  id: string
  type: 'start' | 'activity' | 'end' | 'missing'
  /** The key of the activity. */
  key: string
}

/** An edge of the graph. */
export interface Edge {
  id: string
  from: string
  to: string
  /** The name of the branch, if it is one. */
  name: string
  count: (counts: Counts) => number
}

/** A journey as a graph. It does not depend on what was counted. */
export interface Graph {
  nodes: Node[]
  edges: Edge[]
}

type Definition = Pick<JourneyResponse, 'Activities' | 'StartActivity'>

/** Makes the graph of a journey. A draft may be in pieces, name what is not there, or go in circles. */
export function graphOf({ Activities = {}, StartActivity }: Definition): Graph {
  const nodes: Node[] = [{ id: 'start', type: 'start', key: '' }]
  const edges: Edge[] = []
  const missing = new Set<string>()
  const nodeOf = (key: string) => {
    if (!Object.hasOwn(Activities, key)) missing.add(key)
    return `activity ${key}`
  }
  if (StartActivity) {
    const count = ({ journey }: Counts) => Number(journey.ENDPOINT_ENTERED ?? 0)
    edges.push({ id: 'start', from: 'start', to: nodeOf(StartActivity), name: '', count })
  }
  for (const [key, activity] of Object.entries(Activities)) {
    nodes.push({ id: nodeOf(key), type: 'activity', key })
    for (const [index, way] of waysOf(activity).entries()) {
      const id = `${key} ${index}`
      const count = ({ activities }: Counts) => wentBy(way, activities[key])
      if (way.next === undefined) nodes.push({ id: `end ${id}`, type: 'end', key })
      const to = way.next === undefined ? `end ${id}` : nodeOf(way.next)
      edges.push({ id, from: nodeOf(key), to, name: way.name, count })
    }
  }
  for (const key of missing) nodes.push({ id: `activity ${key}`, type: 'missing', key })
  return { nodes, edges }
}

/** How many participants are at each activity now: those that came and did not go on. */
export function whoIsWhere({ nodes, edges }: Graph, counts: Counts): Map<string, string> {
  const here = new Map(nodes.map(({ id }) => [id, 0]))
  const add = (id: string, by: number) => here.set(id, (here.get(id) ?? 0) + by)
  for (const { from, to, count } of edges) {
    const went = count(counts)
    add(from, -went)
    add(to, went)
  }
  const found = nodes.flatMap(({ id, type, key }): [string, number][] =>
    type === 'activity' ? [[key, here.get(id)!]] : [],
  )
  const inside = Number(counts.journey.ENDPOINT_ACTIVE ?? 0)
  const isExact = found.reduce((sum, [, number]) => sum + number, 0) === inside
  // Whoever was deleted on the way leaves without being counted at its activity.
  return new Map(
    found
      .filter(([, number]) => number > 0 && inside > 0)
      .map(([key, number]) => [key, isExact ? `${number} here` : `at most ${Math.min(number, inside)} here`]),
  )
}

/** An activity in the nested list of a journey. */
export interface Step {
  key: string
  /** Absent for one that comes earlier in the list: two ways meet there. */
  ways?: { way: Way; steps: Step[] }[]
}

/**
 * The journey as a nested list: what follows by a single way comes next in the same list, branches
 * have lists of their own. What nothing leads to, in a draft, comes last.
 */
export function stepsOf({ Activities = {}, StartActivity }: Definition): { steps: Step[]; apart: Step[] } {
  const seen = new Set<string>()
  const chain = (key: string | undefined): Step[] => {
    const steps: Step[] = []
    while (key) {
      const activity: Activity | undefined = Object.hasOwn(Activities, key) ? Activities[key] : undefined
      if (activity === undefined || seen.has(key)) {
        steps.push({ key })
        break
      }
      seen.add(key)
      const ways = waysOf(activity)
      const [only] = ways
      const isSingle = ways.length === 1 && only!.name === ''
      steps.push({
        key,
        ways: ways.map(way => ({ way, steps: isSingle ? [] : chain(way.next) })),
      })
      key = isSingle ? only!.next : undefined
    }
    return steps
  }
  const steps = chain(StartActivity)
  const apart = Object.keys(Activities).flatMap(key => (seen.has(key) ? [] : chain(key)))
  return { steps, apart }
}
