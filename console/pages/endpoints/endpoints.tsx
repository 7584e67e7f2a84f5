import { Page } from '../../parts/page.tsx'

export default function EndpointsPage() {
  return <Page title="Endpoints">Not there yet.</Page>
}
