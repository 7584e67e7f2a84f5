import { useSignal } from '@preact/signals'
import { emulatorUrl } from '../api/calls.ts'
import { useFetched } from '../api/fetched.ts'
import { useReload } from '../api/live.ts'
import type { AppOverview, Requests } from '../api/types.ts'
import { count } from '../format.ts'
import { clientVariables } from '../parts/aws-line.ts'
import { CodeLine } from '../parts/code-line.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { bound, TextField } from '../parts/fields.tsx'
import { ActionForm } from '../parts/form.tsx'
import { Icon } from '../parts/icon.tsx'
import { LatestMessages, latestShown, RunningJobs } from '../parts/latest.tsx'
import { Page, Section } from '../parts/page.tsx'
import { PagedTable, usePage } from '../parts/paged-table.tsx'
import { isFirstPage } from '../parts/pager.tsx'
import { requestColumns } from '../parts/requests.tsx'
import { Loaded } from '../parts/states.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { Time } from '../parts/time.tsx'
import { go, to } from '../router.ts'
import { createApplication } from '../upload/files.ts'
import { TrySixRows } from '../upload/six-rows.tsx'
import { Zone } from '../upload/zone.tsx'

/** The first page: all applications, what goes on, and what went wrong. */
export default function Start() {
  const apps = usePage<AppOverview>('apps')
  useReload(apps.reload, ['counts'])
  const { value } = apps
  const isEmpty = isFirstPage() && value?.items.length === 0
  return (
    <Page
      title={isEmpty ? 'Import your first file' : 'Applications'}
      ready={value !== undefined}
      actions={<CreateApplication />}
    >
      <PagedTable
        page={apps}
        caption="Applications"
        columns={appColumns}
        keyOf={({ id }) => id}
        empty={<First />}
      />
      {(value !== undefined || !isFirstPage()) && !isEmpty && (
        <>
          <RunningJobs />
          <LatestMessages none="None yet. What SendMessages, campaigns and journeys send appears here." />
          <FailedCalls />
        </>
      )}
    </Page>
  )
}

/** What to do on a first visit. */
const First = () => (
  <>
    <Zone title="Drop a file anywhere on this page">
      <TrySixRows />
    </Zone>
    <Section title="Or by the AWS CLI">
      <CodeLine text={cliLines()} />
      <p class="hint">SDKs need no more than the same variables. What they do appears here as it happens.</p>
    </Section>
    <Section title="What happens then">
      <ul class="steps">
        <li>
          A file is imported into an application, “demo” if there is none: you see its first rows before, and
          each line that failed after.
        </li>
        <li>
          Messages that your code sends are in the <a href="outbox">outbox</a>, and leave the emulator never.
        </li>
        <li>
          Every call of Pinpoint’s API is in the list of <a href="requests">requests</a>.
        </li>
      </ul>
    </Section>
  </>
)

const cliLines = () => `${clientVariables(emulatorUrl)}
aws pinpoint create-app --create-application-request Name=demo`

/** Makes an application by hand. */
function CreateApplication() {
  const isOpen = useSignal(false)
  const name = useSignal('')
  return (
    <>
      <button
        type="button"
        class="button"
        onClick={() => {
          isOpen.value = true
        }}
      >
        <Icon name="plus" />
        Create application
      </button>
      {isOpen.value && (
        <Dialog
          title="Create application"
          close={() => {
            isOpen.value = false
          }}
        >
          <ActionForm
            does={async () => go(to`apps/${await createApplication(name.value)}`)}
            label="Create application"
          >
            <TextField label="Name" required {...bound(name)} />
          </ActionForm>
        </Dialog>
      )}
    </>
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

/** The latest calls that were answered with an error. */
function FailedCalls() {
  const requests = useFetched<Requests>(`requests?failed=true&page-size=${latestShown}`)
  useReload(requests.reload, ['requests'], calls => calls.some(({ status }) => status >= 400))
  return (
    <Section title="Failed calls" actions={<a href="requests?failed=true">All failed calls</a>}>
      <Loaded from={requests}>
        {({ items }) =>
          items.length === 0 ? (
            <p class="hint">
              None. <a href="requests">All calls</a> of Pinpoint’s API are in the list of requests.
            </p>
          ) : (
            <Table
              caption="Failed calls"
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
