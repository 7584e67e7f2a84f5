import { type Activity, type ActivityKind, activityKinds, type JourneyDefinition } from '../model/journey.ts'

/*
 * A journey's activities as a graph: each leads to others by their keys. A path ends at an activity
 * that names no next one. Empty texts count as absent, since generated requests have them (assumed).
 */

export type Activities = NonNullable<JourneyDefinition['Activities']>

/** The kinds of activities that send messages. */
export const messageKinds = ['EMAIL', 'SMS', 'PUSH', 'CUSTOM'] as const
export type MessageActivityKind = (typeof messageKinds)[number]

export const isMessageKind = (kind: ActivityKind | undefined): kind is MessageActivityKind =>
  (messageKinds as readonly (ActivityKind | undefined)[]).includes(kind)

/** The kinds that an activity has. A valid one has exactly one. */
export const kindsOf = (activity: Activity): ActivityKind[] =>
  (Object.keys(activityKinds) as ActivityKind[]).filter(kind => activity[kind] !== undefined)

/** The kind of a valid activity; undefined for one that has none or several. */
export function kindOf(activity: Activity | undefined): ActivityKind | undefined {
  const [kind, another] = activity === undefined ? [] : kindsOf(activity)
  return another === undefined ? kind : undefined
}

/** The activity's own name for each next activity, and the key of that. */
export function targetsOf(activity: Activity): { member: string; key: string }[] {
  const { ConditionalSplit, MultiCondition, RandomSplit } = activity
  const targets: [member: string, key: string | undefined][] = [
    ['ConditionalSplit.TrueActivity', ConditionalSplit?.TrueActivity],
    ['ConditionalSplit.FalseActivity', ConditionalSplit?.FalseActivity],
    ...branchTargets('MultiCondition', MultiCondition?.Branches),
    ['MultiCondition.DefaultActivity', MultiCondition?.DefaultActivity],
    ...branchTargets('RandomSplit', RandomSplit?.Branches),
  ]
  for (const kind of ['CUSTOM', 'ContactCenter', 'EMAIL', 'Holdout', 'PUSH', 'SMS', 'Wait'] as const) {
    targets.push([`${kind}.NextActivity`, activity[kind]?.NextActivity])
  }
  return targets.flatMap(([member, key]) => (key ? [{ member, key }] : []))
}

const branchTargets = (
  kind: string,
  branches: { NextActivity?: string }[] = [],
): [member: string, key: string | undefined][] =>
  branches.map(({ NextActivity }, index) => [`${kind}.Branches.${index}.NextActivity`, NextActivity])

/**
 * What is wrong with the way in which activities lead to one another: one that does not exist, a
 * cycle, or one that nothing reaches.
 *
 * @returns a sentence; undefined if all is well
 */
export function graphProblem(activities: Activities, start: string): string | undefined {
  const activityOf = (key: string) => (Object.hasOwn(activities, key) ? activities[key] : undefined)
  if (activityOf(start) === undefined) return `StartActivity names an activity that is not there: ${start}`
  for (const [key, activity] of Object.entries(activities)) {
    for (const target of targetsOf(activity)) {
      if (activityOf(target.key) !== undefined) continue
      return `Activities.${key}.${target.member} names an activity that is not there: ${target.key}`
    }
  }
  // Depth first, without recursion: each entry of the stack is an activity under way, with those
  // that are still to be visited from it.
  const done = new Set<string>()
  const underWay = new Set<string>()
  const stack: { key: string; left: string[] }[] = []
  const enter = (key: string) => {
    underWay.add(key)
    stack.push({ key, left: targetsOf(activityOf(key)!).map(target => target.key) })
  }
  enter(start)
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const next = top.left.pop()
    if (next === undefined) {
      underWay.delete(top.key)
      done.add(top.key)
      stack.pop()
    } else if (underWay.has(next)) {
      const path = [...underWay, next]
      return `the activities lead back to where they began: ${path.slice(path.indexOf(next)).join(' -> ')}`
    } else if (!done.has(next)) enter(next)
  }
  const unreached = Object.keys(activities).find(key => !done.has(key))
  return unreached === undefined ? undefined : `no activity leads to Activities.${unreached}`
}
