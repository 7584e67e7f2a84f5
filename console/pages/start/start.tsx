import { useSignal } from '@preact/signals'
import { useReload } from '../../api/live.ts'
import type { AppOverview } from '../../api/types.ts'
import { appName, count } from '../../format.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { bound, TextField } from '../../parts/fields.tsx'
import { ActionForm } from '../../parts/form.tsx'
import { OpenButton } from '../../parts/open-button.tsx'
import { Page } from '../../parts/page.tsx'
import { PagedTable, usePage } from '../../parts/paged-table.tsx'
import { isFirstPage } from '../../parts/pager.tsx'
import type { Column } from '../../parts/table.tsx'
import { Time } from '../../parts/time.tsx'
import { go, to } from '../../router.ts'
import { ChooseFiles } from '../../upload/choose.tsx'
import { createApplication } from '../../upload/files.ts'
import { Activity } from './activity.tsx'
import { FirstVisit } from './first-visit.tsx'

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
      actions={
        <>
          {value !== undefined && !isEmpty && <ChooseFiles label="Import files" />}
          <CreateApplication />
        </>
      }
    >
      <PagedTable
        page={apps}
        caption="Applications"
        columns={appColumns}
        keyOf={({ id }) => id}
        empty={<FirstVisit />}
      />
      {(value !== undefined || !isFirstPage()) && !isEmpty && <Activity />}
    </Page>
  )
}

/** Makes an application by hand. */
function CreateApplication() {
  const isOpen = useSignal(false)
  const name = useSignal('')
  return (
    <>
      <OpenButton icon="plus" label="Create application" opens={isOpen} />
      {isOpen.value && (
        <Dialog
          title="Create application"
          close={() => {
            isOpen.value = false
          }}
        >
          <ActionForm
            does={async () => {
              const trimmed = name.value.trim()
              if (trimmed === '') throw new Error('An application needs a name.')
              go(to`apps/${await createApplication(trimmed)}`)
            }}
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
  { head: 'Name', wide: true, cell: ({ id, name }) => <a href={to`apps/${id}`}>{appName(name, id)}</a> },
  { head: 'Endpoints', number: true, cell: ({ endpoints }) => count(endpoints.total) },
  { head: 'Users', number: true, cell: ({ users }) => count(users) },
  { head: 'Segments', number: true, cell: ({ segments }) => count(segments) },
  { head: 'Imports', number: true, cell: ({ importJobs }) => count(importJobs) },
  { head: 'Campaigns', number: true, cell: ({ campaigns }) => count(campaigns) },
  { head: 'Journeys', number: true, cell: ({ journeys }) => count(journeys) },
  { head: 'Messages', number: true, cell: ({ messages }) => count(messages) },
  { head: 'Created', number: true, minor: true, cell: ({ createdAt }) => <Time at={createdAt} /> },
]
