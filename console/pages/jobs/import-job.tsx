import { Page } from '../../parts/page.tsx'

export default function ImportJobPage() {
  return <Page title="Import job">Not there yet.</Page>
}
