import { type Fetched, useFetched } from '../../api/fetched.ts'
import { useLive } from '../../api/live.ts'
import { useOverlay } from '../../api/overlay.ts'
import type { AppOverviews, JobRow } from '../../api/types.ts'
import { AppLink } from '../../parts/app-link.tsx'
import { SelectFilter } from '../../parts/filters.tsx'
import { jobColumns, jobKey, jobTypes } from '../../parts/jobs.tsx'
import { NewRows, useNewRows } from '../../parts/new-rows.tsx'
import { type ListPage, PagedTable, usePage } from '../../parts/paged-table.tsx'
import { Empty } from '../../parts/states.tsx'
import type { Column } from '../../parts/table.tsx'
import { place, withQuery } from '../../router.ts'
import { jobPath } from './job-path.ts'

/**
 * Jobs, newest first: of all applications, or of one. Those that are shown follow their jobs; new
 * ones are announced, so that the list does not jump.
 */
export function JobList({ app }: { app?: string }) {
  const { query } = place.value
  const type = query.get('type') ?? ''
  const status = query.get('status') ?? ''
  const filters = new URLSearchParams({
    ...(app !== undefined && { app }),
    ...(type && { type }),
    ...(status && { status }),
  })
  const address = `jobs?${filters}`
  const page = usePage<JobRow>(address)
  const { newRows, rows } = useFollowed(page, { app, type, status })
  const appColumn = useAppColumn(app === undefined)
  const shown = page.value && { ...page, value: { ...page.value, items: rows } }
  return (
    <>
      <div class="filters">
        <SelectFilter name="type" label="Type" none="Imports and exports" choices={jobTypes} />
        <SelectFilter name="status" label="Status" none="All states" choices={jobPath} />
      </div>
      <NewRows {...newRows} one="job" />
      <PagedTable
        page={shown ?? page}
        caption="Jobs"
        columns={app === undefined ? [job!, appColumn, { ...id!, minor: 'first' }, ...others] : jobColumns}
        keyOf={jobKey}
        empty={
          type || status ? (
            <Empty icon="funnel" title="No job is like this">
              <p>
                <a href={withQuery({ type: undefined, status: undefined })}>All jobs</a>
              </p>
            </Empty>
          ) : (
            <Empty icon="list" title="No job yet">
              <p>
                Imports and exports appear here, whoever starts them: an SDK, the AWS CLI, or this console.
              </p>
              <p>Drop a file anywhere to import it.</p>
            </Empty>
          )
        }
      />
    </>
  )
}

const [job, id, ...others] = jobColumns

/** The rows of a page as their jobs are now, and the jobs that are newer than the list. */
function useFollowed(
  page: Fetched<ListPage<JobRow>>,
  { app, type, status }: { app: string | undefined; type: string; status: string },
) {
  const items = page.value?.items
  const jobs = useOverlay<ReadonlyMap<string, JobRow['job']>>('job', items, new Map())
  const newRows = useNewRows('job', page, jobKey)
  useLive('job', event => {
    if ((app !== undefined && event.app !== app) || (type && event.type !== type)) return
    const job = event.job as JobRow['job']
    if (items?.some(({ job }) => job.Id === event.id)) {
      jobs.value = new Map(jobs.value).set(event.id, job)
    } else if (event.status === (status || 'CREATED')) {
      newRows.add([jobKey({ ...event, job })])
    }
  })
  const rows = (items ?? []).map(row => ({ ...row, job: jobs.value.get(row.job.Id) ?? row.job }))
  return { newRows, rows }
}

/** The column of the application's name; the names are read if it `isShown`. */
function useAppColumn(isShown: boolean): Column<JobRow> {
  const apps = useFetched<AppOverviews>(isShown ? 'apps?page-size=1000' : undefined)
  const names = new Map(apps.value?.items.map(({ id, name }) => [id, name]))
  return { head: 'Application', minor: true, cell: ({ app }) => <AppLink id={app} name={names.get(app)} /> }
}
