import { Page } from '../../parts/page.tsx'

export default function EndpointPage() {
  return <Page title="Endpoint">Not there yet.</Page>
}
