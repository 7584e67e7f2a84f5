import { emulatorUrl } from '../../api/calls.ts'
import { useFetched } from '../../api/fetched.ts'
import { clientVariables } from '../../parts/aws-line.ts'
import { CodeLine } from '../../parts/code-line.tsx'
import { Facts } from '../../parts/facts.tsx'
import { bound, CheckField, SelectField } from '../../parts/fields.tsx'
import { Page, Section } from '../../parts/page.tsx'
import { Loaded } from '../../parts/states.tsx'
import { setting } from '../../preferences.ts'

/** What this browser shows, and how to call the emulator. */
export default function SettingsPage() {
  const health = useFetched<{ status: string; version: string }>('health')
  return (
    <Page title="Settings" ready={health.value !== undefined}>
      <Section title="This browser">
        <Appearance />
      </Section>
      <Section title="Clients">
        <p>An SDK or the AWS CLI with these variables calls this emulator:</p>
        <CodeLine text={clientVariables(emulatorUrl)} />
      </Section>
      <Section title="Emulator">
        <Loaded from={health}>
          {({ status, version }) => (
            <Facts
              of={[
                ['Version', version],
                ['Status', status],
                ['Control API', <OpenApi key="api" />],
              ]}
            />
          )}
        </Loaded>
        <p class="hint">
          What the emulator itself can be set to is set at its start; its README lists the settings.
        </p>
      </Section>
    </Page>
  )
}

/** A file, not a page of the console. */
const OpenApi = () => (
  <a href={`${emulatorUrl}/_pinpoint/openapi.json`} target="_blank" rel="noopener">
    OpenAPI description
  </a>
)

const themes = [
  ['system', 'As the system'],
  ['light', 'Light'],
  ['dark', 'Dark'],
] as const

const Appearance = () => (
  <div class="appearance">
    <SelectField label="Colours" {...bound(setting('theme'))} choices={themes} />
    <CheckField label="Times in UTC" {...bound(setting('utc'))} />
    <CheckField label="Keys without Ctrl, such as j and k" {...bound(setting('singleKeys'))} />
    <CheckField label="Lower rows" {...bound(setting('compact'))} />
  </div>
)
