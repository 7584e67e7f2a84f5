import { useFetched } from '../api/fetched.ts'
import { useReload } from '../api/live.ts'
import type { AppOverview, AppOverviews, JobRow, Messages, Requests } from '../api/types.ts'
import { count } from '../format.ts'
import { jobColumns, jobKey } from '../parts/jobs.tsx'
import { messageColumns } from '../parts/messages.tsx'
import { Page, Section } from '../parts/page.tsx'
import type { ListPage } from '../parts/paged-table.tsx'
import { requestColumns } from '../parts/requests.tsx'
import { Empty, Loaded } from '../parts/states.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { Time } from '../parts/time.tsx'
import { to } from '../router.ts'

/** Rows of each of the lists of what happened last. */
const shown = 6

/** The first page: all applications, and the latest of what happens in them. */
export default function Start() {
  const apps = useFetched<AppOverviews>('apps?page-size=1000')
  useReload(apps.reload, ['counts'])
  return (
    <Page title="Applications" ready={apps.value !== undefined}>
      <Loaded from={apps}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty icon="layers" title="No application yet" />
          ) : (
            <>
              <Table caption="Applications" columns={appColumns} rows={items} keyOf={({ id }) => id} />
              <LatestJobs />
              <LatestMessages />
            </>
          )
        }
      </Loaded>
      <LatestCalls />
    </Page>
  )
}

const appColumns: Column<AppOverview>[] = [
  { head: 'Name', wide: true, cell: ({ id, name }) => <a href={to`apps/${id}`}>{name}</a> },
  { head: 'Endpoints', number: true, cell: ({ endpoints }) => count(endpoints.total) },
  { head: 'Users', number: true, cell: ({ users }) => count(users) },
  { head: 'Segments', number: true, cell: ({ segments }) => count(segments) },
  { head: 'Imports', number: true, cell: ({ importJobs }) => count(importJobs) },
  { head: 'Campaigns', number: true, cell: ({ campaigns }) => count(campaigns) },
  { head: 'Journeys', number: true, cell: ({ journeys }) => count(journeys) },
  { head: 'Messages', number: true, cell: ({ messages }) => count(messages) },
  { head: 'Created', number: true, cell: ({ createdAt }) => <Time at={createdAt} /> },
]

function LatestJobs() {
  const jobs = useFetched<ListPage<JobRow>>(`jobs?page-size=${shown}`)
  useReload(jobs.reload, ['job'])
  return (
    <Section title="Latest jobs" actions={<a href="jobs">All jobs</a>}>
      <Loaded from={jobs}>
        {({ items }) =>
          items.length === 0 ? (
            <p class="hint">None yet. Open an application to import a file.</p>
          ) : (
            <Table caption="Latest jobs" columns={jobColumns} rows={items} keyOf={jobKey} />
          )
        }
      </Loaded>
    </Section>
  )
}

function LatestMessages() {
  const messages = useFetched<Messages>(`messages?page-size=${shown}`)
  useReload(messages.reload, ['messages'])
  return (
    <Section title="Latest messages" actions={<a href="outbox">All messages</a>}>
      <Loaded from={messages}>
        {({ items }) =>
          items.length === 0 ? (
            <p class="hint">None yet. What SendMessages, campaigns and journeys send appears here.</p>
          ) : (
            <Table
              caption="Latest messages"
              columns={messageColumns}
              rows={items}
              keyOf={({ id }) => String(id)}
            />
          )
        }
      </Loaded>
    </Section>
  )
}

function LatestCalls() {
  const requests = useFetched<Requests>(`requests?page-size=${shown}`)
  useReload(requests.reload, ['requests'])
  return (
    <Section title="Latest calls" actions={<a href="requests">All calls</a>}>
      <Loaded from={requests}>
        {({ items }) =>
          items.length === 0 ? (
            <p class="hint">None yet. Every call of Pinpoint’s API that a test makes appears here.</p>
          ) : (
            <Table
              caption="Latest calls"
              columns={requestColumns}
              rows={items}
              keyOf={({ requestId }) => requestId}
            />
          )
        }
      </Loaded>
    </Section>
  )
}
