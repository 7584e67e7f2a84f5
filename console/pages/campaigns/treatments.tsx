import type { Static } from '@sinclair/typebox'
import type { CampaignResponse, CampaignStatus, TreatmentResource } from '../../../server/model/campaign.ts'
import { Status } from '../../parts/status.tsx'
import { type Column, Table } from '../../parts/table.tsx'
import { messagesOf, scheduleWords, templatesOf } from './words.ts'

type Said = Pick<
  Static<typeof TreatmentResource>,
  'CustomDeliveryConfiguration' | 'MessageConfiguration' | 'Schedule' | 'TemplateConfiguration'
>

/** What some of the segment's members get. */
export interface Treatment {
  /** As activities have it: `0` for the default one. */
  id: string
  name: string
  /** Of the members, in percent. */
  share: number
  status?: CampaignStatus | undefined
  says: Said
}

/** The treatments of a campaign: the default one is what the campaign itself says. */
export function treatmentsOf(campaign: CampaignResponse): Treatment[] {
  const { AdditionalTreatments = [], DefaultState, HoldoutPercent = 0, State, TreatmentName } = campaign
  const others = AdditionalTreatments.map(
    ({ Id, SizePercent, State, TreatmentName, ...says }, index): Treatment => ({
      id: Id,
      name: TreatmentName || `Treatment ${index + 1}`,
      share: SizePercent,
      status: State?.CampaignStatus,
      says,
    }),
  )
  const rest = others.reduce((left, { share }) => left - share, 100 - HoldoutPercent)
  const status = (DefaultState ?? State)?.CampaignStatus
  return [{ id: '0', name: TreatmentName || 'Default', share: rest, status, says: campaign }, ...others]
}

/** Who gets what. */
export function Treatments({ campaign }: { campaign: CampaignResponse }) {
  const { HoldoutPercent = 0 } = campaign
  const heldOut: Treatment[] =
    HoldoutPercent === 0 ? [] : [{ id: 'holdout', name: 'Held out', share: HoldoutPercent, says: {} }]
  const columns: Column<Treatment>[] = [
    { head: 'Treatment', cell: ({ name }) => name },
    { head: 'Share', number: true, cell: ({ share }) => `${share} %` },
    { head: 'Status', cell: ({ status }) => (status ? <Status status={status} /> : '-') },
    {
      head: 'Channels',
      cell: ({ says }) =>
        [
          ...messagesOf(says.MessageConfiguration).map(({ channel }) => channel),
          ...templatesOf(says.TemplateConfiguration).map(({ kind, name }) => `${kind} template “${name}”`),
        ].join(', ') || '-',
    },
    {
      head: 'Runs',
      wide: true,
      cell: ({ id, says }) =>
        id === 'holdout' ? 'Gets nothing' : scheduleWords(says.Schedule ?? campaign.Schedule),
    },
  ]
  return (
    <Table
      caption="Treatments"
      columns={columns}
      rows={[...treatmentsOf(campaign), ...heldOut]}
      keyOf={({ id }) => id}
    />
  )
}
