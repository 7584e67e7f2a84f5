import { Page } from '../../parts/page.tsx'

export default function JourneysPage() {
  return <Page title="Journeys">Not there yet.</Page>
}
