import type { Static } from '@sinclair/typebox'
import type {
  ActivityResponse,
  CampaignResponse,
  CampaignStatus,
  CampaignsResponse,
} from '../../../server/model/campaign.ts'
import { announce } from '../../announce.tsx'
import { call, get } from '../../api/calls.ts'
import { useFetched, useLoaded } from '../../api/fetched.ts'
import { useReload } from '../../api/live.ts'
import type { CampaignEvent } from '../../api/types.ts'
import { count, plural } from '../../format.ts'
import { DeleteButton } from '../../parts/confirm.tsx'
import { Id } from '../../parts/copy.tsx'
import { CopyAs } from '../../parts/copy-as.tsx'
import { Fact, Facts } from '../../parts/facts.tsx'
import { ActionButton } from '../../parts/form.tsx'
import { Icon } from '../../parts/icon.tsx'
import { useItemPage } from '../../parts/item-page.ts'
import { Page, Section } from '../../parts/page.tsx'
import { PagedTable } from '../../parts/paged-table.tsx'
import { SegmentLink } from '../../parts/segment-link.tsx'
import { Loaded } from '../../parts/states.tsx'
import { Status } from '../../parts/status.tsx'
import { StepClock } from '../../parts/step-clock.tsx'
import { type Column, Table } from '../../parts/table.tsx'
import { Time } from '../../parts/time.tsx'
import { go, place, to, withQuery } from '../../router.ts'
import { Kpis } from './kpis.tsx'
import { Messages } from './messages.tsx'
import { Treatments, treatmentsOf } from './treatments.tsx'
import { limitWords, quietWords, scheduleWords } from './words.ts'

/** One campaign: when it runs, what it says to whom, and what became of each of its runs. */
export default function CampaignPage({ app, campaign: id }: { app: string; campaign: string }) {
  const address = to`v1/apps/${app}/campaigns/${id}`
  const campaign = useFetched<CampaignResponse>(address)
  const isMine = (event: CampaignEvent) => event.app === app && event.id === id
  useReload(campaign.reload, ['campaign'], isMine)
  const status = campaign.value?.State?.CampaignStatus
  return (
    <Page
      title={campaign.value === undefined ? 'Campaign' : campaign.value.Name || id}
      app={app}
      above={[['Campaigns', to`apps/${app}/campaigns`]]}
      beside={status && <Status status={status} />}
      actions={
        campaign.value && (
          <>
            <CopyAs method="GET" path={`/${address}`} />
            <StepClock onDone={campaign.reload} />
            <PauseButton address={address} campaign={campaign.value} onChanged={campaign.reload} />
            <DeleteCampaign app={app} address={address} campaign={campaign.value} />
          </>
        )
      }
      ready={campaign.value !== undefined}
    >
      <Loaded isPage from={campaign}>
        {value => (
          <>
            <CampaignFacts app={app} campaign={value} />
            <Activities app={app} campaign={value} isMine={isMine} />
            <Kpis address={address} isMine={isMine} />
            <Section title="Treatments">
              <Treatments campaign={value} />
            </Section>
            <Section title="Messages">
              <Messages campaign={value} />
            </Section>
            <Versions address={address} version={value.Version} />
          </>
        )}
      </Loaded>
    </Page>
  )
}

const CampaignFacts = ({ app, campaign }: { app: string; campaign: CampaignResponse }) => {
  const { Description, Hook, Priority, Schedule, SegmentId, SegmentVersion, Version } = campaign
  return (
    <Facts>
      <Fact name="Id">
        <Id id={campaign.Id} whole />
      </Fact>
      <Fact name="Runs">{scheduleWords(Schedule)}</Fact>
      <Fact name="Segment">
        <SegmentLink app={app} id={SegmentId} />, version {SegmentVersion}
      </Fact>
      <Fact name="Limits">{limitWords(campaign)}</Fact>
      <Fact name="Quiet time">{quietWords(Schedule)}</Fact>
      {Hook?.Mode && (
        <Fact name="Hook">
          {Hook.Mode} by {Hook.LambdaFunctionName || Hook.WebUrl}
        </Fact>
      )}
      {Priority !== undefined && <Fact name="Priority">{Priority}</Fact>}
      <Fact name="Version">{count(Version)}</Fact>
      {Description && <Fact name="Description">{Description}</Fact>}
    </Facts>
  )
}

/** The runs, and all counters of the one that is selected. */
function Activities({
  app,
  campaign,
  isMine,
}: {
  app: string
  campaign: CampaignResponse
  isMine: (event: CampaignEvent) => boolean
}) {
  const page = useItemPage<ActivityResponse>(to`v1/apps/${app}/campaigns/${campaign.Id}/activities`)
  useReload(page.reload, ['campaign'], isMine)
  const treatments = treatmentsOf(campaign)
  const selected = place.value.query.get('run')
  const run = page.value?.items.find(({ Id }) => Id === selected)
  const columns: Column<ActivityResponse>[] = [
    {
      head: 'Run',
      cell: ({ Id, ScheduledStart, Start }) => {
        const address = withQuery({ run: Id === selected ? undefined : Id })
        return (
          <a
            href={address}
            aria-current={Id === selected ? 'true' : undefined}
            onClick={event => {
              if (event.ctrlKey || event.metaKey || event.shiftKey) return
              event.preventDefault()
              go(address, { replace: true })
            }}
          >
            <Time at={Start ?? ScheduledStart} exact />
          </a>
        )
      },
    },
    {
      head: 'Treatment',
      wide: true,
      cell: ({ TreatmentId }) =>
        treatments.find(({ id }) => id === TreatmentId)?.name ?? `Treatment ${TreatmentId}`,
    },
    { head: 'State', cell: ({ State = 'PENDING' }) => <Status status={State} /> },
    { head: 'Result', cell: ({ Result }) => Result ?? '-' },
    {
      head: 'Looked at',
      number: true,
      // The counters of the run have it, too.
      minor: true,
      cell: run => count(metric(run, 'ENDPOINT_PRODUCED')),
    },
    { head: 'Targeted', number: true, cell: ({ TotalEndpointCount }) => count(TotalEndpointCount) },
    {
      head: 'Successful',
      number: true,
      cell: ({ SuccessfulEndpointCount }) => count(SuccessfulEndpointCount),
    },
    { head: 'Ended', number: true, minor: true, cell: ({ End }) => <Time at={End} exact /> },
  ]
  return (
    <Section
      title="Activities"
      actions={
        <a class="button" href={`outbox?campaign=${encodeURIComponent(campaign.Id)}`}>
          <Icon name="inbox" />
          Its messages
        </a>
      }
    >
      <PagedTable
        page={page}
        caption="Runs of the campaign"
        columns={columns}
        keyOf={({ Id }) => Id}
        empty={<p class="hint">It has not run yet. {scheduleWords(campaign.Schedule)}.</p>}
      />
      {run && <RunCounters run={run} />}
    </Section>
  )
}

const metric = ({ ExecutionMetrics = {} }: ActivityResponse, name: string): number =>
  Number(ExecutionMetrics[name] ?? 0)

function RunCounters({ run }: { run: ActivityResponse }) {
  const { ExecutionMetrics = {}, TimezonesCompletedCount, TimezonesTotalCount } = run
  const rows = Object.entries(ExecutionMetrics)
  return (
    <div class="card run-counters">
      <h3>
        What became of the segment’s members in the run of <Time at={run.Start ?? run.ScheduledStart} exact />
      </h3>
      {run.End && (
        <p class="meta">
          Ended <Time at={run.End} exact />
        </p>
      )}
      {(TimezonesTotalCount ?? 0) > 0 && (
        <p class="meta">
          {count(TimezonesCompletedCount)} of {plural(TimezonesTotalCount ?? 0, 'time zone')} done
        </p>
      )}
      {rows.length === 0 ? (
        <p class="hint">Nothing was counted yet.</p>
      ) : (
        <Table
          caption="Counters of the run"
          columns={[
            { head: 'Counter', cell: ([name]) => <code>{name}</code> },
            { head: 'Count', number: true, cell: ([, value]) => count(Number(value)) },
          ]}
          rows={rows}
          keyOf={([name]) => name}
        />
      )}
    </div>
  )
}

function Versions({ address, version }: { address: string; version: number | undefined }) {
  const versions = useLoaded(`${address}/versions ${version}`, signal =>
    get<Static<typeof CampaignsResponse>>(`${address}/versions?page-size=100`, signal),
  )
  return (
    <Section title="Versions">
      <Loaded from={versions}>
        {({ Item, NextToken }) => (
          <>
            <Table
              caption="Versions of the campaign"
              columns={[
                { head: 'Version', cell: ({ Version }) => count(Version) },
                { head: 'Runs', wide: true, cell: ({ Schedule }) => scheduleWords(Schedule) },
                { head: 'Paused', cell: ({ IsPaused }) => (IsPaused ? 'yes' : 'no') },
                {
                  head: 'Segment version',
                  number: true,
                  cell: ({ SegmentVersion }) => count(SegmentVersion),
                },
                {
                  head: 'Since',
                  number: true,
                  cell: ({ LastModifiedDate }) => <Time at={LastModifiedDate} exact />,
                },
              ]}
              rows={Item}
              keyOf={({ Version }) => String(Version)}
            />
            {NextToken !== undefined && <p class="hint">The newest 100 are shown.</p>}
          </>
        )}
      </Loaded>
    </Section>
  )
}

const changeable: (CampaignStatus | undefined)[] = ['SCHEDULED', 'EXECUTING', 'PENDING_NEXT_RUN', 'PAUSED']

function PauseButton({
  address,
  campaign: { IsPaused = false, State },
  onChanged,
}: {
  address: string
  campaign: CampaignResponse
  onChanged: () => void
}) {
  if (!changeable.includes(State?.CampaignStatus)) return null
  return (
    <ActionButton
      kind={IsPaused ? 'main' : ''}
      does={async () => {
        await call('PUT', address, { body: { IsPaused: !IsPaused } })
        announce(IsPaused ? 'The campaign goes on.' : 'The campaign is paused.')
        onChanged()
      }}
    >
      <Icon name={IsPaused ? 'play' : 'pause'} />
      {IsPaused ? 'Resume' : 'Pause'}
    </ActionButton>
  )
}

const DeleteCampaign = ({
  app,
  address,
  campaign: { Name, Id, Version = 1 },
}: {
  app: string
  address: string
  campaign: CampaignResponse
}) => (
  <DeleteButton
    label={
      <>
        <Icon name="trash" />
        Delete
      </>
    }
    title={`Delete ${Name || Id}?`}
    address={address}
    said={`${Name || Id} is deleted.`}
    list={to`apps/${app}/campaigns`}
  >
    <p>
      The campaign with {plural(Version, 'version')} and all its runs is removed, and what is under way stops.
      Its messages stay in the outbox.
    </p>
  </DeleteButton>
)
