import { Page } from '../../parts/page.tsx'

export default function CampaignPage() {
  return <Page title="Campaign">Not there yet.</Page>
}
