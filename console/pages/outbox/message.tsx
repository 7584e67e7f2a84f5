import { Page } from '../../parts/page.tsx'

export default function MessagePage() {
  return <Page title="Message">Not there yet.</Page>
}
