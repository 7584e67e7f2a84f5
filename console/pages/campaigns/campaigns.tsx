import type { CampaignResponse } from '../../../server/model/campaign.ts'
import { emulatorUrl } from '../../api/calls.ts'
import { count } from '../../format.ts'
import { awsLine } from '../../parts/aws-line.ts'
import { useChanges } from '../../parts/changes.ts'
import { CodeLine } from '../../parts/code-line.tsx'
import { useItemPage } from '../../parts/item-page.ts'
import { NewRows } from '../../parts/new-rows.tsx'
import { Page } from '../../parts/page.tsx'
import { PagedTable } from '../../parts/paged-table.tsx'
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
      wide: true,
      cell: ({ Id, Name }) => <a href={to`apps/${app}/campaigns/${Id}`}>{Name || Id}</a>,
    },
    {
      head: 'Status',
      cell: ({ Id, State }) => (
        <Status status={events.get(Id)?.state ?? State?.CampaignStatus ?? 'SCHEDULED'} />
      ),
    },
    { head: 'Runs', wide: true, cell: ({ Schedule }) => scheduleWords(Schedule) },
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
            <CodeLine text={createLine(app)} />
          </Empty>
        }
      />
    </Page>
  )
}

const example = {
  Name: 'spring',
  SegmentId: 'SEGMENT_ID',
  Schedule: { StartTime: 'IMMEDIATE' },
  MessageConfiguration: { SMSMessage: { Body: 'Hi' } },
}

const createLine = (app: string) =>
  awsLine(
    ['create-campaign', '--application-id', app, '--write-campaign-request', JSON.stringify(example)],
    emulatorUrl,
  )
