import { Page } from '../../parts/page.tsx'

export default function RequestPage() {
  return <Page title="Request">Not there yet.</Page>
}
