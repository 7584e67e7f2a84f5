import type { LiveEvents } from '../../server/control/live/shapes.ts'
import { useFetched } from '../api/fetched.ts'
import { useReload } from '../api/live.ts'
import type { JobRow, Messages } from '../api/types.ts'
import { to } from '../router.ts'
import { jobColumns, jobKey } from './jobs.tsx'
import { messageColumns } from './messages.tsx'
import { Section } from './page.tsx'
import type { ListPage } from './paged-table.tsx'
import { Loaded } from './states.tsx'
import { Table } from './table.tsx'

/** Rows of a list of what happened last. */
export const latestShown = 6

/**
 * The latest jobs of an application.
 *
 * @param none what to say if there are none
 */
export const LatestJobs = ({ app, none }: { app: string; none: string }) => (
  <SomeJobs
    title="Latest jobs"
    filter={to`app=${app}`}
    isMine={event => event.app === app}
    all={to`apps/${app}/jobs`}
    none={none}
  />
)

/** The latest jobs that are not over yet, of all applications. */
export const RunningJobs = () => (
  <SomeJobs
    title="Running jobs"
    filter="running=true"
    all="jobs"
    none="None now. Drop a file here to import it."
  />
)

function SomeJobs({
  title,
  filter,
  isMine = () => true,
  all,
  none,
}: {
  title: string
  /** Of `GET /_pinpoint/jobs`. */
  filter: string
  isMine?: (event: LiveEvents['job']) => boolean
  all: string
  none: string
}) {
  const jobs = useFetched<ListPage<JobRow>>(`jobs?page-size=${latestShown}&${filter}`)
  useReload(jobs.reload, ['job'], isMine)
  return (
    <Section title={title} actions={<a href={all}>All jobs</a>}>
      <Loaded from={jobs}>
        {({ items }) =>
          items.length === 0 ? (
            <p class="hint">{none}</p>
          ) : (
            <Table caption={title} columns={jobColumns} rows={items} keyOf={jobKey} />
          )
        }
      </Loaded>
    </Section>
  )
}

/**
 * The latest messages, of all or of some.
 *
 * @param of which ones: filters of the outbox
 * @param none what to say if there are none
 */
export function LatestMessages({ of = {}, none }: { of?: Record<string, string>; none: string }) {
  const filters = new URLSearchParams(of)
  const messages = useFetched<Messages>(`messages?brief=true&page-size=${latestShown}&${filters}`)
  useReload(messages.reload, ['messages'])
  return (
    <Section title="Latest messages" actions={<a href={`outbox?${filters}`}>All messages</a>}>
      <Loaded from={messages}>
        {({ items }) =>
          items.length === 0 ? (
            <p class="hint">{none}</p>
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
