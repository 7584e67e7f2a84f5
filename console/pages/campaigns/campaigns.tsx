import { Page } from '../../parts/page.tsx'

export default function CampaignsPage() {
  return <Page title="Campaigns">Not there yet.</Page>
}
