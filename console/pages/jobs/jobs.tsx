import { Page } from '../../parts/page.tsx'
import { ChooseFiles } from '../../upload/choose.tsx'
import { JobList } from './job-list.tsx'

/** The jobs of all applications. */
export default function JobsPage() {
  return (
    <Page title="Jobs" actions={<ChooseFiles label="Import files" />}>
      <JobList />
    </Page>
  )
}
