import { Page } from '../../parts/page.tsx'

export default function FaultsPage() {
  return <Page title="Faults">Not there yet.</Page>
}
