import { Page } from '../../parts/page.tsx'

export default function ExportJobPage() {
  return <Page title="Export job">Not there yet.</Page>
}
