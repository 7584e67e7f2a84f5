import { Page } from '../../parts/page.tsx'

export default function SegmentPage() {
  return <Page title="Segment">Not there yet.</Page>
}
