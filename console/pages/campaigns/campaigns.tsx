import type { CampaignResponse } from '../../../server/model/campaign.ts'
import { count } from '../../format.ts'
import { useChanges } from '../../parts/changes.ts'
import { useItemPage } from '../../parts/item-page.ts'
import { NewRows } from '../../parts/new-rows.tsx'
import { Page } from '../../parts/page.tsx'
import { PagedTable } from '../../parts/paged-table.tsx'
import { SegmentExample } from '../../parts/segment-example.tsx'
import { Empty } from '../../parts/states.tsx'
import { Status } from '../../parts/status.tsx'
import type { Column } from '../../parts/table.tsx'
import { Time } from '../../parts/time.tsx'
import { to } from '../../router.ts'
import { scheduleWords } from './words.ts'

/** The campaigns of an application. */
export default function CampaignsPage({ app }: { app: string }) {
  const page = useItemPage<CampaignResponse>(to`v1/apps/${app}/campaigns`)
  const { events, newRows } = useChanges('campaign', app, page)
  const columns: Column<CampaignResponse>[] = [
    {
      head: 'Campaign',
      cell: ({ Id, Name }) => (
        <a class="cut" href={to`apps/${app}/campaigns/${Id}`} title={Name}>
          {Name || Id}
        </a>
      ),
    },
    {
      head: 'Status',
      cell: ({ Id, State }) => (
        <Status status={events.get(Id)?.state ?? State?.CampaignStatus ?? 'SCHEDULED'} />
      ),
    },
    {
      head: 'Runs',
      wide: true,
      cell: ({ Schedule }) => <span title={scheduleWords(Schedule)}>{scheduleWords(Schedule)}</span>,
    },
    {
      head: 'Treatments',
      number: true,
      minor: true,
      cell: ({ AdditionalTreatments = [] }) => count(1 + AdditionalTreatments.length),
    },
    {
      head: 'Version',
      number: true,
      cell: ({ Id, Version }) => count(events.get(Id)?.version ?? Version),
    },
    { head: 'Changed', number: true, cell: ({ LastModifiedDate }) => <Time at={LastModifiedDate} /> },
  ]
  return (
    <Page title="Campaigns" app={app} ready={page.value !== undefined}>
      <NewRows {...newRows} one="campaign" />
      <PagedTable
        page={page}
        caption="Campaigns"
        columns={columns}
        keyOf={({ Id }) => Id}
        empty={
          <Empty icon="megaphone" title="No campaign yet">
            <p>
              A campaign sends a message to the members of a segment when its schedule says so. Here you see
              its runs and what became of each member; its messages are in the outbox.
            </p>
            <SegmentExample app={app} words={segment => createCampaign(app, segment)} />
          </Empty>
        }
      />
    </Page>
  )
}

/** A campaign that runs at once, for the AWS CLI. */
const createCampaign = (app: string, SegmentId: string): string[] => [
  ...['create-campaign', '--application-id', app, '--write-campaign-request'],
  JSON.stringify({
    Name: 'spring',
    SegmentId,
    Schedule: { StartTime: 'IMMEDIATE' },
    MessageConfiguration: { SMSMessage: { Body: 'Hi' } },
  }),
]
