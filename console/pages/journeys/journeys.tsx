import type { JourneyResponse } from '../../../server/model/journey.ts'
import { useLoaded } from '../../api/fetched.ts'
import { count, plural } from '../../format.ts'
import { useChanges } from '../../parts/changes.ts'
import { useItemPage } from '../../parts/item-page.ts'
import { NewRows } from '../../parts/new-rows.tsx'
import { Page } from '../../parts/page.tsx'
import { PagedTable } from '../../parts/paged-table.tsx'
import { SegmentExample } from '../../parts/segment-example.tsx'
import { Empty, ErrorBox } from '../../parts/states.tsx'
import { Status } from '../../parts/status.tsx'
import type { Column } from '../../parts/table.tsx'
import { Time } from '../../parts/time.tsx'
import { to } from '../../router.ts'
import { getMetrics } from './reading.ts'

/** The journeys of an application, with their states and how many have come through them. */
export default function JourneysPage({ app }: { app: string }) {
  const page = useItemPage<JourneyResponse>(to`v1/apps/${app}/journeys`)
  const { events, newRows } = useChanges('journey', app, page)
  const items = page.value?.items ?? []
  const published = items.filter(({ State }) => State !== 'DRAFT').map(({ Id }) => Id)
  const metrics = useLoaded(
    published.length === 0 ? undefined : `metrics ${published.join()}`,
    async signal => {
      const all = await Promise.all(published.map(id => getMetrics(app, id, signal)))
      return new Map(published.map((id, index) => [id, all[index]!]))
    },
  )
  const counted = (name: string) => (journey: JourneyResponse) => {
    const { Id, State } = journey
    const known = events.get(Id)?.metrics ?? metrics.value?.get(Id)
    return known === undefined ? (State === 'DRAFT' ? '-' : '') : count(Number(known[name] ?? 0))
  }
  const columns: Column<JourneyResponse>[] = [
    {
      head: 'Journey',
      wide: true,
      cell: ({ Id, Name }) => <a href={to`apps/${app}/journeys/${Id}`}>{Name}</a>,
    },
    {
      head: 'State',
      cell: ({ Id, State = 'DRAFT' }) => <Status status={events.get(Id)?.state ?? State} />,
    },
    {
      head: 'Activities',
      number: true,
      cell: ({ Activities = {} }) => count(Object.keys(Activities).length),
    },
    { head: 'Entered', number: true, cell: counted('ENDPOINT_ENTERED') },
    { head: 'Inside', number: true, cell: counted('ENDPOINT_ACTIVE') },
    { head: 'Left', number: true, cell: counted('ENDPOINT_LEFT') },
    { head: 'Changed', number: true, cell: ({ LastModifiedDate }) => <Time at={LastModifiedDate} /> },
  ]
  return (
    <Page title="Journeys" app={app} ready={page.value !== undefined}>
      <NewRows {...newRows} one="journey" />
      {metrics.error && metrics.error.status !== 404 && (
        <ErrorBox error={metrics.error} retry={metrics.reload} />
      )}
      <PagedTable
        page={page}
        caption={plural(items.length, 'journey')}
        columns={columns}
        keyOf={({ Id }) => Id}
        empty={
          <Empty icon="route" title="No journey yet">
            <p>
              A journey leads endpoints through activities: messages, waits and splits. Here you see it as a
              graph, with how many have gone each way, and step the clock to what is due next.
            </p>
            <SegmentExample app={app} words={segment => createJourney(app, segment)} />
          </Empty>
        }
      />
    </Page>
  )
}

/** A draft that can be published, for the AWS CLI. */
const createJourney = (app: string, SegmentId: string): string[] => [
  ...['create-journey', '--application-id', app, '--write-journey-request'],
  JSON.stringify({
    Name: 'welcome',
    StartCondition: { SegmentStartCondition: { SegmentId } },
    StartActivity: 'split',
    Activities: {
      split: {
        RandomSplit: {
          Branches: [
            { Percentage: 50, NextActivity: 'soon' },
            { Percentage: 50, NextActivity: 'later' },
          ],
        },
      },
      soon: { Wait: { WaitTime: { WaitFor: 'PT1H' } } },
      later: { Wait: { WaitTime: { WaitFor: 'P1D' } } },
    },
  }),
]
