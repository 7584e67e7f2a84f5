import type {
  CustomDeliveryConfiguration,
  MessageConfiguration,
  Schedule,
  WriteCampaignRequest,
} from '../model/campaign.ts'
import type { TemplateConfiguration } from '../model/message.ts'
import type { CampaignBody } from '../store/campaigns/campaigns.ts'

/** A variant of a campaign, and to which cohorts it goes. */
export interface Treatment {
  /** 0 for the default one. */
  number: number
  schedule: Schedule
  message: MessageConfiguration
  templates: TemplateConfiguration
  custom: CustomDeliveryConfiguration | undefined
  /** The first of its cohorts, 0 to 99, and the first after them. */
  cohorts: [from: number, to: number]
}

/** A campaign that has a Schedule, which its treatments need. */
export type PlannedCampaign = WriteCampaignRequest & { Schedule: Schedule }

/**
 * The treatments of a campaign. The first cohorts are held out; those after them go to the additional
 * treatments in their order, and the rest to the default one (assumed). A treatment without a
 * Schedule has that of the campaign (assumed).
 */
export function treatmentsOf(body: PlannedCampaign): Treatment[] {
  const { AdditionalTreatments = [], HoldoutPercent = 0 } = body
  let from = HoldoutPercent
  const additional = AdditionalTreatments.map((said, index): Treatment => {
    const cohorts: [number, number] = [from, from + said.SizePercent]
    from += said.SizePercent
    return { ...contentOf(said), number: index + 1, schedule: said.Schedule ?? body.Schedule, cohorts }
  })
  return [{ ...contentOf(body), number: 0, schedule: body.Schedule, cohorts: [from, 100] }, ...additional]
}

/**
 * The name of a treatment's member in a request.
 *
 * @param number of the treatment, 0 for the default one
 */
export const memberOf = (number: number, member: string): string =>
  number === 0 ? member : `AdditionalTreatments.${number - 1}.${member}`

/** A schedule in a request: the campaign's own, or that of an additional treatment. */
export interface RequestedSchedule {
  /** The name of its member. */
  member: string
  schedule: Schedule
  /** The schedule that its treatment had before the request, if it had one. */
  before: Schedule | undefined
}

/**
 * The schedules in a request.
 *
 * @param before the campaign as it is, if it exists
 */
export function schedulesOf(
  { Schedule, AdditionalTreatments = [] }: WriteCampaignRequest,
  before?: CampaignBody,
): RequestedSchedule[] {
  const known = before === undefined ? [] : treatmentsOf(before)
  return [Schedule, ...AdditionalTreatments.map(treatment => treatment.Schedule)].flatMap(
    (schedule, number) => {
      if (schedule === undefined) return []
      return [{ member: memberOf(number, 'Schedule'), schedule, before: known[number]?.schedule }]
    },
  )
}

const contentOf = (
  said: Pick<
    WriteCampaignRequest,
    'MessageConfiguration' | 'TemplateConfiguration' | 'CustomDeliveryConfiguration'
  >,
) => ({
  message: said.MessageConfiguration ?? {},
  templates: said.TemplateConfiguration ?? {},
  custom: said.CustomDeliveryConfiguration,
})

/** Whether a treatment goes to a cohort. */
export const isOfCohort = ({ cohorts: [from, to] }: Treatment, cohort: number): boolean =>
  cohort >= from && cohort < to
