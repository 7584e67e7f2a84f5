import { Page } from '../../parts/page.tsx'

export default function JourneyPage() {
  return <Page title="Journey">Not there yet.</Page>
}
