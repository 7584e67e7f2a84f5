import { Page } from '../../parts/page.tsx'

export default function SegmentsPage() {
  return <Page title="Segments">Not there yet.</Page>
}
