import { statusesOf, statusOfAll } from '../../campaigns/plan.ts'
import type { CampaignResponse, CampaignStatus, Schedule } from '../../model/campaign.ts'
import type { AppRef } from '../../store/applications/applications.ts'
import type { Campaign } from '../../store/campaigns/campaigns.ts'

/**
 * A campaign as it is answered. What was not sent is absent, but for members that real answers have
 * empty or zero (source: observed). The status is that of now, also of older versions (assumed).
 */
export function answerCampaign(app: AppRef, campaign: Campaign): CampaignResponse {
  const { inherited: _, AdditionalTreatments = [], ...body } = campaign.body
  const statuses = statusesOf(campaign)
  const answered: CampaignResponse = {
    ...body,
    AdditionalTreatments: AdditionalTreatments.map((treatment, index) => ({
      ...treatment,
      ...(treatment.Schedule && { Schedule: answerSchedule(treatment.Schedule) }),
      Id: String(index + 1),
      State: stateOf(statuses[index + 1] ?? 'COMPLETED'),
    })),
    ApplicationId: app.id,
    Arn: campaign.arn,
    CreationDate: campaign.creationDate,
    HoldoutPercent: body.HoldoutPercent ?? 0,
    Id: campaign.id,
    IsPaused: body.IsPaused ?? false,
    LastModifiedDate: campaign.lastModifiedDate,
    Limits: body.Limits ?? {},
    MessageConfiguration: body.MessageConfiguration ?? {},
    Schedule: answerSchedule(body.Schedule),
    State: stateOf(statusOfAll(statuses)),
    tags: campaign.tags,
    TemplateConfiguration: body.TemplateConfiguration ?? {},
    Version: campaign.version,
  }
  return AdditionalTreatments.length === 0 ? answered : { ...answered, DefaultState: stateOf(statuses[0]!) }
}

const answerSchedule = (schedule: Schedule): Schedule => ({
  IsLocalTime: false,
  Timezone: 'UTC',
  ...schedule,
})

const stateOf = (status: CampaignStatus) => ({ CampaignStatus: status })
