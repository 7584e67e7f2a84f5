import { Page } from '../../parts/page.tsx'

export default function StatePage() {
  return <Page title="State">Not there yet.</Page>
}
