import { Page } from '../../parts/page.tsx'

export default function JobsPage() {
  return <Page title="Jobs">Not there yet.</Page>
}
