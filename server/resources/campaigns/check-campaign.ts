import { planChanged, planNew, startSlack } from '../../campaigns/plan.ts'
import { hasSameRuns, isOfEvents, isSameStart, readScheduleTime } from '../../campaigns/schedule.ts'
import {
  memberOf,
  type PlannedCampaign,
  type RequestedSchedule,
  schedulesOf,
  treatmentsOf,
} from '../../campaigns/treatments.ts'
import { customDataProblem, deliveryUriProblem } from '../../delivery/check-custom.ts'
import { templateMembers } from '../../delivery/choose-content.ts'
import { badRequest } from '../../http/errors/exceptions.ts'
import type { QuietTime } from '../../model/application-settings.ts'
import type { Schedule, WriteCampaignRequest, WriteTreatmentResource } from '../../model/campaign.ts'
import type { TemplateConfiguration } from '../../model/message.ts'
import { campaignBounds, campaignLimits as limits } from '../../model/quotas.ts'
import { readUtcOffset } from '../../model/utc-offset.ts'
import type { AppRef } from '../../store/applications/applications.ts'
import type { Campaign, CampaignBody } from '../../store/campaigns/campaigns.ts'
import type { Store } from '../../store/open-store.ts'
import { describe } from '../../validation/explain.ts'
import { explainHeaderNames } from '../../validation/header-names.ts'
import { checkEventDimensions, emptyDimensionsProblem } from '../check-event-dimensions.ts'
import { findSegmentVersion } from '../find.ts'
import { checkBounds, checkHook, checkTime } from '../settings/check-settings.ts'
import { findTemplate } from '../templates/find-template.ts'

/**
 * A start is in the past (text: observed, of the campaign's own Schedule).
 *
 * @param member the name of the Schedule
 */
const startIsPast = (member: string) =>
  badRequest(`${member === 'Schedule' ? '' : `${member}.`}StartTime must be at least current time.`)

/** A campaign that has what it must have. */
export type CheckedCampaign = WriteCampaignRequest & { SegmentId: string; Schedule: Schedule }

/**
 * Checks what types cannot say of a campaign, but for what the store has to tell (all assumed, but
 * for the sentence on a start in the past and for the limits).
 *
 * @param now milliseconds since 1970, before which it must not start
 * @param before the campaign as it is, if it exists: a schedule that keeps its start may have started
 * @throws BadRequestException that names the wrong member
 */
export function checkCampaign(
  campaign: WriteCampaignRequest,
  now: number,
  before?: Campaign,
): asserts campaign is CheckedCampaign {
  const { SegmentId, Schedule, AdditionalTreatments = [], HoldoutPercent = 0, Priority } = campaign
  if (!SegmentId) throw badRequest('SegmentId is required: it must be the Id of a segment')
  if (Schedule === undefined) throw badRequest('Schedule is required: it must be an object with a StartTime')
  const [min, max] = limits.priority
  if (Priority !== undefined && (Priority < min || Priority > max)) {
    throw badRequest(`Priority must be a whole number from ${min} to ${max}; got ${Priority}`)
  }
  checkPercents(HoldoutPercent, AdditionalTreatments)
  const problem =
    checkBounds('Limits', campaign.Limits ?? {}, campaignBounds) ?? checkHook('Hook', campaign.Hook ?? {})
  if (problem !== undefined) throw badRequest(problem)
  for (const requested of schedulesOf(campaign, before?.body)) checkSchedule(requested, now)
  checkFirstRuns({ ...campaign, Schedule }, now, before)
  checkContent('', campaign, Schedule)
  for (const [index, treatment] of AdditionalTreatments.entries()) {
    checkContent(`AdditionalTreatments.${index}.`, treatment, treatment.Schedule ?? Schedule)
  }
}

function checkPercents(holdout: number, treatments: readonly WriteTreatmentResource[]): void {
  const all: [string, number][] = [
    ['HoldoutPercent', holdout],
    ...treatments.map(({ SizePercent }, index): [string, number] => [
      `AdditionalTreatments.${index}.SizePercent`,
      SizePercent,
    ]),
  ]
  for (const [member, percent] of all) {
    if (percent >= 0 && percent <= limits.percent) continue
    throw badRequest(`${member} must be a whole number from 0 to ${limits.percent}; got ${percent}`)
  }
  const sum = all.reduce((total, [, percent]) => total + percent, 0)
  if (sum > limits.percent) {
    throw badRequest(
      `HoldoutPercent and the SizePercent of all AdditionalTreatments must be at most ${limits.percent} together; got ${sum}`,
    )
  }
}

function checkSchedule({ member, schedule, before }: RequestedSchedule, now: number): void {
  const { StartTime, EndTime, Frequency = 'ONCE', Timezone = 'UTC', EventFilter, QuietTime = {} } = schedule
  const offset = readUtcOffset(Timezone)
  if (offset === undefined) {
    throw badRequest(
      `${member}.Timezone must be UTC, or a difference from UTC such as UTC+01 or UTC-03:30; got ${describe(Timezone)}`,
    )
  }
  const isImmediate = StartTime.toUpperCase() === 'IMMEDIATE'
  const start = isImmediate ? undefined : readScheduleTime(StartTime, offset)
  if (!isImmediate && start === undefined) {
    throw badRequest(
      `${member}.StartTime must be IMMEDIATE or an ISO 8601 time such as 2027-03-01T09:00:00Z; got ${describe(StartTime)}`,
    )
  }
  const isStartNew = !isSameStart(schedule, before)
  // Pinpoint takes a time without an offset for UTC there (source: observed).
  if (isStartNew && start !== undefined && start.asUtc < now - startSlack) throw startIsPast(member)
  if (EndTime !== undefined && EndTime !== '') {
    const end = readScheduleTime(EndTime, offset)
    if (end === undefined) {
      throw badRequest(
        `${member}.EndTime must be an ISO 8601 time such as 2027-03-31T09:00:00Z; got ${describe(EndTime)}`,
      )
    }
    const from = start?.instant ?? (isStartNew ? now : undefined)
    if (from !== undefined && end.instant <= from) {
      throw badRequest(`${member}.EndTime must be after StartTime; got ${describe(EndTime)}`)
    }
  }
  checkQuietTime(`${member}.QuietTime`, QuietTime)
  if (isOfEvents(Frequency) !== (EventFilter !== undefined)) {
    throw badRequest(
      EventFilter === undefined
        ? `${member}.EventFilter is required with the Frequency ${Frequency}: it says which events`
        : `${member}.EventFilter goes with the Frequency EVENT or IN_APP_EVENT; got ${Frequency}`,
    )
  }
  if (EventFilter === undefined) return
  const dimensions = `${member}.EventFilter.Dimensions`
  const problem = emptyDimensionsProblem(dimensions, EventFilter.Dimensions)
  if (problem !== undefined) throw badRequest(problem)
  checkEventDimensions(dimensions, EventFilter.Dimensions)
}

/**
 * Checks that no treatment would be over before it has begun, as one that runs once at a time that is
 * over in its zone, though not in UTC (assumed). Paused or not makes no difference.
 */
function checkFirstRuns(campaign: PlannedCampaign, now: number, before: Campaign | undefined): void {
  const active = { ...campaign, IsPaused: false }
  const plans = before === undefined ? planNew(active, now) : planChanged(before, active, now)
  const known = before === undefined ? [] : treatmentsOf(before.body)
  for (const { number, schedule } of treatmentsOf(active)) {
    const { phase, begun } = plans[number]!
    if (phase !== 'OVER' || begun > 0 || hasSameRuns(schedule, known[number]?.schedule)) continue
    throw startIsPast(schedulesOf(campaign).find(requested => requested.schedule === schedule)!.member)
  }
}

function checkQuietTime(member: string, { Start, End }: QuietTime): void {
  const problem = checkTime(`${member}.Start`, Start) ?? checkTime(`${member}.End`, End)
  if (problem !== undefined) throw badRequest(problem)
}

/** @param prefix of the members' names */
function checkContent(
  prefix: string,
  treatment: Pick<
    WriteCampaignRequest,
    'MessageConfiguration' | 'TemplateConfiguration' | 'CustomDeliveryConfiguration'
  >,
  { Frequency }: Schedule,
): void {
  const { MessageConfiguration: message = {}, TemplateConfiguration: templates = {} } = treatment
  for (const [name, template] of Object.entries(templates)) {
    if (template.Name) continue
    throw badRequest(
      `${prefix}TemplateConfiguration.${name}.Name is required: it must be the name of a template`,
    )
  }
  if (Object.keys(message).length === 0 && Object.keys(templates).length === 0) {
    throw badRequest(`${prefix}MessageConfiguration or ${prefix}TemplateConfiguration must say what is sent`)
  }
  if (Frequency === 'IN_APP_EVENT' && !message.InAppMessage && !templates.InAppTemplate) {
    throw badRequest(
      `${prefix}MessageConfiguration.InAppMessage or ${prefix}TemplateConfiguration.InAppTemplate is required with the Frequency IN_APP_EVENT`,
    )
  }
  const headers = `${prefix}MessageConfiguration.EmailMessage.Headers`
  const wrongName = explainHeaderNames(headers, message.EmailMessage?.Headers)
  if (wrongName !== undefined) throw badRequest(wrongName)
  const custom = treatment.CustomDeliveryConfiguration
  if (custom !== undefined) {
    const member = `${prefix}CustomDeliveryConfiguration.DeliveryUri`
    const problem = deliveryUriProblem(member, custom.DeliveryUri)
    if (problem !== undefined) throw badRequest(problem)
  }
  if (message.CustomMessage === undefined) return
  if (custom === undefined) {
    throw badRequest(
      `${prefix}CustomDeliveryConfiguration is required with CustomMessage: it says what is called`,
    )
  }
  const member = `${prefix}MessageConfiguration.CustomMessage.Data`
  const problem = customDataProblem(member, message.CustomMessage.Data)
  if (problem !== undefined) throw badRequest(problem)
}

/**
 * Checks the segment and the templates that a campaign names. To be called in the transaction that
 * writes it.
 *
 * @param before the campaign as it is, if it exists: a template that it names already may have been
 *   deleted, and is still sent (assumed)
 * @returns the version of the segment: the current one, unless one is named (assumed)
 * @throws NotFoundException; BadRequestException for an event campaign over an imported segment
 *   (source: guide)
 */
export function checkReferences(
  store: Store,
  app: AppRef,
  campaign: CheckedCampaign,
  before?: CampaignBody,
): number {
  const segment = findSegmentVersion(store, app, campaign.SegmentId, campaign.SegmentVersion)
  const named = before === undefined ? [] : treatmentsOf(before).map(({ templates }) => templates)
  for (const { number, schedule, templates } of treatmentsOf(campaign)) {
    if (schedule.Frequency === 'EVENT' && segment.SegmentType === 'IMPORT') {
      throw badRequest(
        `SegmentId must be that of a dimensional segment with the Frequency EVENT; ${segment.Id} is imported`,
      )
    }
    checkTemplates(store, memberOf(number, 'TemplateConfiguration'), templates, named)
  }
  return segment.Version!
}

/**
 * @param place the name of the TemplateConfiguration
 * @param named those that need not exist any more
 */
function checkTemplates(
  store: Store,
  place: string,
  templates: TemplateConfiguration,
  named: readonly TemplateConfiguration[],
): void {
  for (const [type, member] of [...templateMembers, ['INAPP', 'InAppTemplate']] as const) {
    const template = templates[member]
    if (template === undefined || named.some(other => isSameTemplate(other[member], template))) continue
    const key = { type, name: template.Name! }
    findTemplate(store, key, template.Version, `${place}.${member}`)
  }
}

type NamedTemplate = NonNullable<TemplateConfiguration['SMSTemplate']>

/** Whether both name the same template, in the same version: an empty one is none. */
const isSameTemplate = (one: NamedTemplate | undefined, other: NamedTemplate): boolean =>
  one?.Name === other.Name && (one?.Version || undefined) === (other.Version || undefined)
