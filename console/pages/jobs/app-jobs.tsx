import { useSignal } from '@preact/signals'
import { useFetched } from '../../api/fetched.ts'
import type { AppOverview } from '../../api/types.ts'
import { Icon } from '../../parts/icon.tsx'
import { OpenButton } from '../../parts/open-button.tsx'
import { Page } from '../../parts/page.tsx'
import { Loaded } from '../../parts/states.tsx'
import { to } from '../../router.ts'
import { ExportDialog } from './export-dialog.tsx'
import { JobList } from './job-list.tsx'

/** The jobs of an application. */
export default function AppJobsPage({ app }: { app: string }) {
  const overview = useFetched<AppOverview>(to`apps/${app}`)
  const isExporting = useSignal(false)
  return (
    <Page
      title="Jobs"
      app={app}
      actions={
        <>
          <a class="button" href={to`apps/${app}/import`}>
            <Icon name="download" />
            Import a file
          </a>
          <OpenButton icon="upload" label="Export" opens={isExporting} />
        </>
      }
    >
      {overview.error ? (
        <Loaded isPage from={overview}>
          {() => null}
        </Loaded>
      ) : (
        <JobList app={app} />
      )}
      {isExporting.value && (
        <ExportDialog
          app={app}
          close={() => {
            isExporting.value = false
          }}
        />
      )}
    </Page>
  )
}
