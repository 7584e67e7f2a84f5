import { Page } from '../../parts/page.tsx'

export default function TemplatePage() {
  return <Page title="Template">Not there yet.</Page>
}
