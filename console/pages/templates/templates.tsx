import { Page } from '../../parts/page.tsx'

export default function TemplatesPage() {
  return <Page title="Templates">Not there yet.</Page>
}
