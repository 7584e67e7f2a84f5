import { Page } from '../../parts/page.tsx'

export default function ChannelsPage() {
  return <Page title="Channels">Not there yet.</Page>
}
