import { Page } from '../../parts/page.tsx'

export default function AppJobsPage() {
  return <Page title="Jobs">Not there yet.</Page>
}
