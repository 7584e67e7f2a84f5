import { Page } from '../../parts/page.tsx'

export default function ClockPage() {
  return <Page title="Clock">Not there yet.</Page>
}
