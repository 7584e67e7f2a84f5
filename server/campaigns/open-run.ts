import { createContentChooser } from '../delivery/choose-content.ts'
import type { Sending } from '../delivery/deliver.ts'
import type { Sender } from '../store/audience/endpoint-sends.ts'
import type { DueActivity } from '../store/campaigns/activities.ts'
import type { Store } from '../store/open-store.ts'
import type { MemberCursor, MemberStep } from '../store/segments/members.ts'
import { hookTarget } from './filter-hook.ts'
import { type CampaignLimitsInForce, limitsOf } from './limits.ts'
import { directMessage, loadTemplates } from './message.ts'
import { type Timing, timingOf } from './schedule.ts'
import { type Treatment, treatmentsOf } from './treatments.ts'

/** A run with what its steps have in common, which is not read again for each. */
export interface Run {
  treatment: Treatment
  timing: Timing
  limits: CampaignLimitsInForce
  hook: string | undefined
  sending: Sending
  hasMessage: (channel: string) => boolean
  list: (after: MemberCursor, limit: number) => MemberStep
}

/** @returns undefined if it cannot be sent: its campaign, a template or its segment is gone */
export function openRun(
  store: Pick<Store, 'campaigns' | 'segmentMembers' | 'templates'>,
  activity: DueActivity,
  now: Date,
): Run | undefined {
  const { app, campaignId } = activity
  const version = store.campaigns.getVersion(app, campaignId, activity.version)
  const treatment = version && treatmentsOf(version.body)[activity.treatment]
  const templates = treatment && loadTemplates(store, treatment.templates)
  if (version === undefined || templates === undefined) return undefined
  const { body } = version
  const members = store.segmentMembers.find(app, body.SegmentId, body.SegmentVersion, now.toISOString())
  if (members === undefined) return undefined
  const configuration = directMessage(treatment!.message)
  const sending: Sending = {
    app,
    origin: { campaign: campaignId, treatment: String(activity.treatment), activity: activity.id },
    configuration,
    templates,
  }
  const chooseContent = createContentChooser(configuration, templates)
  const known = new Map<string, boolean>()
  return {
    treatment: treatment!,
    timing: timingOf(treatment!.schedule, now.getTime()),
    limits: limitsOf(body, treatment!.schedule),
    hook: hookTarget(body),
    sending,
    hasMessage(channel) {
      let has = known.get(channel)
      if (has === undefined) {
        has = isCustom(treatment!, channel) || chooseContent(channel, {}) !== undefined
        known.set(channel, has)
      }
      return has
    },
    list:
      activity.endpoint === null
        ? store.segmentMembers.prepareSteps(app, members, {
            duplicates: true,
            upTo: activity.newest_endpoint,
          })
        : () => ({ found: [], next: undefined }),
  }
}

/** Whether an endpoint of a channel gets its message through the custom channel. */
export const isCustom = ({ custom, message }: Treatment, channel: string): boolean =>
  custom !== undefined &&
  message.CustomMessage !== undefined &&
  ((custom.EndpointTypes ?? ['CUSTOM']) as string[]).includes(channel)

/** The campaign of a run, as limits count what it sends. */
export const senderOf = ({ app, campaign }: DueActivity): Sender => ({
  app,
  kind: 'campaign',
  document: campaign,
})
