import type { FastifyInstance } from 'fastify'
import { customDataProblem, deliveryUriProblem } from '../../delivery/check-custom.ts'
import { loadTemplate } from '../../delivery/load-template.ts'
import { badRequest } from '../../http/errors/exceptions.ts'
import { type Activities, graphProblem, isMessageKind, kindOf, kindsOf } from '../../journeys/graph.ts'
import { addDuration, readDuration } from '../../model/iso-duration.ts'
import { readInstant, readLocalTime } from '../../model/iso-time.ts'
import {
  type Activity,
  type ClosedDays,
  daysOfWeek,
  type JourneyDefinition,
  type OpenHours,
  type SimpleCondition,
  scheduledChannels,
  type WaitTime,
} from '../../model/journey.ts'
import { day } from '../../model/milliseconds.ts'
import { journeyCounts, journeyLimits as limits, settingsBounds } from '../../model/quotas.ts'
import { offsetOfTime, readUtcOffset } from '../../model/utc-offset.ts'
import type { AppRef } from '../../store/applications/applications.ts'
import type { Store } from '../../store/open-store.ts'
import { emptyDimensionsProblem } from '../check-event-dimensions.ts'
import { checkTime, isTimeOfDay } from '../settings/check-settings.ts'
import { checkWebhooks } from '../strict-checks.ts'

/** What is told of a journey that may not be published begins so (source: observed). */
const prefix = 'Journey validation failed, '

/**
 * Checks the web hooks of a journey that is about to be published: they are called, so not in the
 * transaction. With PREFLIGHT=strict alone.
 *
 * @param signal aborts the calls
 * @throws BadRequestException; NotFoundException
 */
export const checkWebhooksOf = (
  app: FastifyInstance,
  applicationId: string,
  { Activities = {} }: JourneyDefinition,
  signal: AbortSignal,
): Promise<void> =>
  checkWebhooks(
    app,
    applicationId,
    Object.entries(Activities).map(([key, { CUSTOM }]) => [
      `Activities.${key}.CUSTOM.DeliveryUri`,
      CUSTOM?.DeliveryUri,
    ]),
    signal,
    prefix,
  )

/**
 * Checks whether a journey may become ACTIVE. To be called in the transaction that publishes it.
 *
 * @param options.quotas whether the numbers of journeys of an account are limited
 * @throws BadRequestException
 */
export function checkPublishable(
  store: Store,
  app: AppRef,
  definition: JourneyDefinition,
  { now, quotas }: { now: Date; quotas: boolean },
): void {
  const problem =
    scheduleProblem(definition, now) ??
    startProblem(store, app, definition, now) ??
    refreshProblem(definition) ??
    limitsProblem(definition) ??
    quietTimeProblem(definition) ??
    activitiesProblem(store, app, definition) ??
    (quotas ? quotaProblem(store, definition) : undefined)
  if (problem !== undefined) throw badRequest(`${prefix}${problem}`)
}

function scheduleProblem({ Schedule = {} }: JourneyDefinition, now: Date): string | undefined {
  const { StartTime, EndTime, Timezone } = Schedule
  const offset = readUtcOffset(Timezone || 'UTC')
  if (offset === undefined) {
    return `Schedule.Timezone must be UTC or an offset from it, such as UTC+09 or UTC-03:30; got ${JSON.stringify(Timezone)}`
  }
  for (const [name, time] of [
    ['Start', StartTime],
    ['End', EndTime],
  ] as const) {
    if (time && offsetOfTime(time) !== offset) {
      // The text is observed, of a start.
      return `${name} time ${time} doesn't have the same offset as the journey's schedule offset: ${Timezone || 'UTC'}`
    }
  }
  if (!EndTime) return undefined
  const [start, end] = [readInstant(StartTime ?? '') ?? now.getTime(), readInstant(EndTime)!]
  if (end <= start) return `Schedule.EndTime must be after the start; got ${EndTime}`
  return end > now.getTime()
    ? undefined
    : `Schedule.EndTime must be after the present, ${now.toISOString()}; got ${EndTime}`
}

function startProblem(
  store: Store,
  app: AppRef,
  { StartCondition = {}, LocalTime = false }: JourneyDefinition,
  now: Date,
): string | undefined {
  const { SegmentStartCondition, EventStartCondition } = StartCondition
  if ((SegmentStartCondition === undefined) === (EventStartCondition === undefined)) {
    return 'StartCondition must have exactly one of SegmentStartCondition and EventStartCondition'
  }
  if (SegmentStartCondition !== undefined) {
    const { SegmentId } = SegmentStartCondition
    return segmentProblem(store, app, 'StartCondition.SegmentStartCondition.SegmentId', SegmentId)
  }
  const { EventFilter, SegmentId } = EventStartCondition!
  const member = 'StartCondition.EventStartCondition'
  if (EventFilter === undefined) return `${member} must have an EventFilter`
  if (EventFilter.Dimensions.EventType?.Values.length !== 1) {
    return `${member}.EventFilter.Dimensions.EventType must have exactly one value`
  }
  if (LocalTime) return 'LocalTime must not be true for a journey that an event starts'
  if (!SegmentId) return undefined
  const problem = segmentProblem(store, app, `${member}.SegmentId`, SegmentId)
  if (problem !== undefined) return problem
  const members = store.segmentMembers.find(app, SegmentId, undefined, now.toISOString())!
  return 'import' in members || members.jobs.length > 0
    ? `${member}.SegmentId must be that of a dimensional segment that is built on no import; got ${SegmentId}`
    : undefined
}

function segmentProblem(store: Store, app: AppRef, member: string, id: string): string | undefined {
  return store.segments.get(app, id) === undefined
    ? `${member} must be the id of a segment; got ${JSON.stringify(id)}`
    : undefined
}

function refreshProblem({ RefreshFrequency }: JourneyDefinition): string | undefined {
  return RefreshFrequency ? durationProblem('RefreshFrequency', RefreshFrequency) : undefined
}

/** Checks a duration that must be more than nothing. */
function durationProblem(
  member: string,
  text: string,
  maxDays = Number.POSITIVE_INFINITY,
): string | undefined {
  const duration = readDuration(text)
  const length = duration === undefined ? 0 : addDuration(0, duration)
  if (length > 0 && length <= maxDays * day) return undefined
  const bound = maxDays === Number.POSITIVE_INFINITY ? '' : ` of at most ${maxDays} days`
  return `${member} must be an ISO 8601 duration${bound}, such as PT1H; got ${JSON.stringify(text)}`
}

function limitsProblem({ Limits = {} }: JourneyDefinition): string | undefined {
  const { JourneyLimits: caps, TimeframeCap: timeframe } = settingsBounds
  const checked: [member: string, value: number | undefined, bounds: readonly [number, number]][] = [
    ['DailyCap', Limits.DailyCap, caps.DailyCap],
    ['TotalCap', Limits.TotalCap, caps.TotalCap],
    ['TimeframeCap.Cap', Limits.TimeframeCap?.Cap, timeframe.Cap],
    ['TimeframeCap.Days', Limits.TimeframeCap?.Days, timeframe.Days],
    ['MessagesPerSecond', Limits.MessagesPerSecond, limits.messagesPerSecond],
    ['EndpointReentryCap', Limits.EndpointReentryCap, limits.reentryCap],
  ]
  for (const [member, value = 0, [min, max]] of checked) {
    if (value === 0 || (value >= min && value <= max)) continue
    return `Limits.${member} must be from ${min} to ${max}, or 0 for no limit; got ${value}`
  }
  const { EndpointReentryInterval } = Limits
  return EndpointReentryInterval && readDuration(EndpointReentryInterval) === undefined
    ? `Limits.EndpointReentryInterval must be an ISO 8601 duration, such as P1D; got ${JSON.stringify(EndpointReentryInterval)}`
    : undefined
}

function quietTimeProblem(definition: JourneyDefinition): string | undefined {
  const { QuietTime, OpenHours, ClosedDays, SendingSchedule = false } = definition
  const problem = checkTime('QuietTime.Start', QuietTime?.Start) ?? checkTime('QuietTime.End', QuietTime?.End)
  if (problem !== undefined) return problem
  const given = OpenHours !== undefined ? 'OpenHours' : ClosedDays !== undefined ? 'ClosedDays' : undefined
  if (given !== undefined && (QuietTime === undefined || !SendingSchedule)) {
    return `${given} needs QuietTime, and SendingSchedule to be true`
  }
  return openHoursProblem(OpenHours) ?? closedDaysProblem(ClosedDays)
}

function openHoursProblem(openHours: OpenHours = {}): string | undefined {
  for (const channel of scheduledChannels) {
    for (const [weekday, rules] of Object.entries(openHours[channel] ?? {})) {
      const member = `OpenHours.${channel}.${weekday}`
      if (!(daysOfWeek as readonly string[]).includes(weekday)) {
        return `OpenHours.${channel} must have the keys ${daysOfWeek.join(', ')}; got ${JSON.stringify(weekday)}`
      }
      if (rules.length > limits.openHours) {
        return `${member} must have at most ${limits.openHours} ranges of hours; got ${rules.length}`
      }
      for (const [index, { StartTime, EndTime }] of rules.entries()) {
        if (isTimeOfDay(StartTime) && isTimeOfDay(EndTime) && StartTime < EndTime) continue
        return `${member}.${index} must have a StartTime before its EndTime, each in the form HH:MM; got ${StartTime} and ${EndTime}`
      }
    }
  }
  return undefined
}

function closedDaysProblem(closedDays: ClosedDays = {}): string | undefined {
  for (const channel of scheduledChannels) {
    const rules = closedDays[channel] ?? []
    const member = `ClosedDays.${channel}`
    if (rules.length > limits.closedDays) {
      return `${member} must have at most ${limits.closedDays} entries; got ${rules.length}`
    }
    for (const [index, { StartDateTime = '', EndDateTime = '' }] of rules.entries()) {
      const isRange = [StartDateTime, EndDateTime].every(time => readLocalTime(time) !== undefined)
      if (isRange && StartDateTime < EndDateTime) continue
      return `${member}.${index} must have a StartDateTime before its EndDateTime, such as 2027-12-25T00:00:00; got ${StartDateTime} and ${EndDateTime}`
    }
  }
  return undefined
}

function activitiesProblem(store: Store, app: AppRef, definition: JourneyDefinition): string | undefined {
  const { Activities = {}, StartActivity } = definition
  const all = Object.entries(Activities)
  if (all.length === 0) return 'Activities must have at least one activity'
  if (all.length > limits.activities) {
    return `Activities must have at most ${limits.activities} activities; got ${all.length}`
  }
  const contactCenters = all.filter(([, activity]) => activity.ContactCenter !== undefined).length
  if (contactCenters > limits.contactCenters) {
    return `Activities must have at most ${limits.contactCenters} of the kind ContactCenter; got ${contactCenters}`
  }
  for (const [key, activity] of all) {
    if (!/^[a-zA-Z0-9]+$/.test(key) || key.length > limits.activityKey) {
      return `the keys of Activities must be 1 to ${limits.activityKey} letters and digits; got ${JSON.stringify(key)}`
    }
    const kinds = kindsOf(activity)
    if (kinds.length !== 1) {
      return `Activities.${key} must have exactly one kind of activity; got ${kinds.join(' and ') || 'none'}`
    }
  }
  if (!StartActivity) return 'StartActivity must be given'
  const problem = graphProblem(Activities, StartActivity)
  if (problem !== undefined) return problem
  for (const [key, activity] of all) {
    const problem = activityProblem(store, app, definition, `Activities.${key}`, activity)
    if (problem !== undefined) return problem
  }
  return undefined
}

function activityProblem(
  store: Store,
  app: AppRef,
  { Activities = {}, Schedule = {} }: JourneyDefinition,
  member: string,
  activity: Activity,
): string | undefined {
  const { ConditionalSplit, CUSTOM, Holdout, MultiCondition, RandomSplit, Wait } = activity
  const ends = readInstant(Schedule.EndTime ?? '')
  for (const kind of ['EMAIL', 'PUSH', 'SMS'] as const) {
    const message = activity[kind]
    if (message === undefined) continue
    const { TemplateName = '', TemplateVersion } = message
    if (loadTemplate(store, kind, TemplateName, TemplateVersion) !== undefined) continue
    return loadTemplate(store, kind, TemplateName) === undefined
      ? `${member}.${kind}.TemplateName must be the name of a template of the type ${kind}; got ${JSON.stringify(TemplateName)}`
      : `${member}.${kind}.TemplateVersion must be the number of a version of the template ${TemplateName}, or latest; got ${JSON.stringify(TemplateVersion)}`
  }
  if (CUSTOM !== undefined) {
    if (!CUSTOM.EndpointTypes?.length) return `${member}.CUSTOM.EndpointTypes must have at least one entry`
    return (
      deliveryUriProblem(`${member}.CUSTOM.DeliveryUri`, CUSTOM.DeliveryUri) ??
      customDataProblem(`${member}.CUSTOM.MessageConfig.Data`, CUSTOM.MessageConfig?.Data)
    )
  }
  if (Wait !== undefined) return waitProblem(`${member}.Wait.WaitTime`, Wait.WaitTime ?? {}, ends)
  if (Holdout !== undefined && !isPercentage(Holdout.Percentage, 0)) {
    return `${member}.Holdout.Percentage must be a whole number from 0 to 100; got ${Holdout.Percentage}`
  }
  if (RandomSplit !== undefined) return randomSplitProblem(`${member}.RandomSplit`, RandomSplit.Branches)
  const conditions: [member: string, condition: SimpleCondition | undefined][] = []
  if (ConditionalSplit !== undefined) {
    const list = `${member}.ConditionalSplit.Condition.Conditions`
    const given = ConditionalSplit.Condition?.Conditions ?? []
    if (given.length === 0) return `${list} must have at least one condition`
    for (const [index, condition] of given.entries()) conditions.push([`${list}.${index}`, condition])
  }
  if (MultiCondition !== undefined) {
    const list = `${member}.MultiCondition.Branches`
    const given = MultiCondition.Branches ?? []
    if (given.length < 1 || given.length > limits.conditionalBranches) {
      return `${list} must have 1 to ${limits.conditionalBranches} branches; got ${given.length}`
    }
    for (const [index, { Condition }] of given.entries()) {
      conditions.push([`${list}.${index}.Condition`, Condition])
    }
  }
  for (const [name, condition] of conditions) {
    const problem = conditionProblem(store, app, Activities, name, condition)
    if (problem !== undefined) return problem
  }
  const evaluation = (ConditionalSplit ?? MultiCondition)?.EvaluationWaitTime
  return evaluation && (evaluation.WaitFor || evaluation.WaitUntil)
    ? waitProblem(
        `${member}.${ConditionalSplit ? 'ConditionalSplit' : 'MultiCondition'}.EvaluationWaitTime`,
        evaluation,
        ends,
      )
    : undefined
}

const isPercentage = (value: number, min: number): boolean =>
  Number.isInteger(value) && value >= min && value <= 100

function waitProblem(
  member: string,
  { WaitFor, WaitUntil }: WaitTime,
  ends: number | undefined,
): string | undefined {
  if (Boolean(WaitFor) === Boolean(WaitUntil)) {
    return `${member} must have exactly one of WaitFor and WaitUntil`
  }
  if (WaitFor) return durationProblem(`${member}.WaitFor`, WaitFor, limits.waitDays)
  const until = readInstant(WaitUntil!)
  if (until === undefined) {
    return `${member}.WaitUntil must be an ISO 8601 time with a time zone, such as 2027-03-01T09:00:00Z; got ${JSON.stringify(WaitUntil)}`
  }
  return ends !== undefined && until >= ends
    ? `${member}.WaitUntil must be before the end of the journey; got ${WaitUntil}`
    : undefined
}

function randomSplitProblem(member: string, branches: { Percentage?: number }[] = []): string | undefined {
  const [min, max] = limits.randomBranches
  if (branches.length < min || branches.length > max) {
    return `${member}.Branches must have ${min} to ${max} branches; got ${branches.length}`
  }
  const percentages = branches.map(({ Percentage = 0 }) => Percentage)
  if (!percentages.every(percentage => isPercentage(percentage, 1))) {
    return `${member}.Branches must each have a Percentage from 1 to 100; got ${percentages.join(', ')}`
  }
  const sum = percentages.reduce((sum, percentage) => sum + percentage, 0)
  return sum === 100 ? undefined : `${member}.Branches must have percentages that add up to 100; got ${sum}`
}

function conditionProblem(
  store: Store,
  app: AppRef,
  activities: Activities,
  member: string,
  condition: SimpleCondition = {},
): string | undefined {
  const { EventCondition, SegmentCondition, segmentDimensions } = condition
  if (EventCondition === undefined && SegmentCondition === undefined && segmentDimensions === undefined) {
    return `${member} must have an EventCondition, a SegmentCondition or segmentDimensions`
  }
  if (SegmentCondition !== undefined) {
    const { SegmentId } = SegmentCondition
    const problem = segmentProblem(store, app, `${member}.SegmentCondition.SegmentId`, SegmentId)
    if (problem !== undefined) return problem
  }
  if (EventCondition === undefined) return undefined
  const { Dimensions = {}, MessageActivity } = EventCondition
  const problem = emptyDimensionsProblem(`${member}.EventCondition.Dimensions`, Dimensions)
  if (problem !== undefined) return problem
  if (!MessageActivity) return undefined
  const activity = Object.hasOwn(activities, MessageActivity) ? activities[MessageActivity] : undefined
  return isMessageKind(kindOf(activity))
    ? undefined
    : `${member}.EventCondition.MessageActivity must be the key of an activity that sends messages; got ${JSON.stringify(MessageActivity)}`
}

function quotaProblem({ journeys }: Store, { StartCondition }: JourneyDefinition): string | undefined {
  const { active, event } = journeys.countActive()
  if (active >= journeyCounts.active) return `an account has at most ${journeyCounts.active} active journeys`
  return StartCondition?.EventStartCondition !== undefined && event >= journeyCounts.event
    ? `an account has at most ${journeyCounts.event} active journeys that an event starts`
    : undefined
}
