import { addDuration, readDuration } from '../model/iso-duration.ts'
import { readInstant } from '../model/iso-time.ts'
import type { Activity, SimpleCondition, WaitTime } from '../model/journey.ts'
import { minute } from '../model/milliseconds.ts'
import { journeyLimits } from '../model/quotas.ts'
import { type Activities, kindOf } from './graph.ts'

/** Until when a participant waits, in milliseconds since 1970; undefined if it does not. */
export interface Wait {
  until: number
  /** Whether that is a date, which a pause does not move. */
  isFixed: boolean
}

/** What a WaitTime says; a date in the past is no wait (source: guide). */
export function waitOf({ WaitFor, WaitUntil }: WaitTime = {}, now: number): Wait | undefined {
  if (WaitFor) {
    const duration = readDuration(WaitFor)
    return duration && { until: addDuration(now, duration), isFixed: false }
  }
  const until = WaitUntil ? readInstant(WaitUntil) : undefined
  return until !== undefined && until > now ? { until, isFixed: true } : undefined
}

/** The conditions of a split. */
export const conditionsOf = ({ ConditionalSplit, MultiCondition }: Activity): SimpleCondition[] =>
  ConditionalSplit?.Condition?.Conditions ??
  MultiCondition?.Branches?.map(({ Condition = {} }) => Condition) ??
  []

/**
 * How long a split waits before it is evaluated: as long as it says, but for events of a message long
 * enough that they can happen (source: guide).
 */
export function evaluationWait(activity: Activity, activities: Activities, now: number): Wait | undefined {
  const given = waitOf((activity.ConditionalSplit ?? activity.MultiCondition)?.EvaluationWaitTime, now)
  const { custom, message: ofMessage } = journeyLimits.eventWaitMinutes
  const min = Math.max(
    0,
    ...conditionsOf(activity).map(({ EventCondition }) => {
      if (EventCondition === undefined) return 0
      const message = activities[EventCondition.MessageActivity ?? '']
      return (kindOf(message) === 'CUSTOM' ? custom : ofMessage) * minute
    }),
  )
  if (min === 0 || (given !== undefined && given.until >= now + min)) return given
  return { until: now + min, isFixed: false }
}
