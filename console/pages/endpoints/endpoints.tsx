import { useSignal } from '@preact/signals'
import type { EndpointResponse } from '../../../server/model/endpoint.ts'
import { emulatorUrl } from '../../api/calls.ts'
import { channelTypes } from '../../api/values.ts'
import { awsLine } from '../../parts/aws-line.ts'
import { CodeLine } from '../../parts/code-line.tsx'
import { endpointColumns } from '../../parts/endpoints.tsx'
import { SelectFilter, TextFilter } from '../../parts/filters.tsx'
import { useNewOnPage } from '../../parts/new-on-page.ts'
import { NewRows } from '../../parts/new-rows.tsx'
import { OpenButton } from '../../parts/open-button.tsx'
import { Page } from '../../parts/page.tsx'
import { PagedTable, usePage } from '../../parts/paged-table.tsx'
import { Empty } from '../../parts/states.tsx'
import { go, place, to } from '../../router.ts'
import { EndpointForm } from './endpoint-form.tsx'

/** The filters that are texts: their parameters, and what they are called. */
const texts = {
  id: 'Id begins with',
  address: 'Address begins with',
  user: 'User id',
  attribute: 'Attribute, as Plan:free',
  'import-job': 'Import job',
}

/** The filters that have few values: what they are called, and the values. */
const choices: Record<string, [label: string, values: readonly string[]]> = {
  channel: ['Channel', channelTypes],
  status: ['Status', ['ACTIVE', 'INACTIVE']],
  'opt-out': ['OptOut', ['ALL', 'NONE']],
}

const keyOf = ({ Id = '' }: EndpointResponse) => Id

/** All endpoints of an application, or those that one looks for. */
export default function EndpointsPage({ app }: { app: string }) {
  const writing = useSignal(false)
  const { query } = place.value
  const names = [...Object.keys(texts), ...Object.keys(choices)]
  const filters = new URLSearchParams([...query].filter(([name]) => names.includes(name)))
  const address = `${to`apps/${app}/endpoints`}?${filters}`
  const page = usePage<EndpointResponse>(address)
  const newRows = useNewOnPage(app, address, page, keyOf)
  return (
    <Page
      title="Endpoints"
      app={app}
      ready={page.value !== undefined}
      actions={<OpenButton icon="plus" label="New endpoint" opens={writing} />}
    >
      <search class="filters">
        {Object.entries(texts).map(([name, label]) => (
          <TextFilter key={name} name={name} label={label} />
        ))}
        {Object.entries(choices).map(([name, [label, values]]) => (
          <SelectFilter key={name} name={name} label={label} none="any" choices={values} />
        ))}
      </search>
      <NewRows {...newRows} one="endpoint" />
      <PagedTable
        page={page}
        caption="Endpoints"
        columns={endpointColumns(app)}
        keyOf={keyOf}
        empty={
          filters.size > 0 ? (
            <Empty icon="smartphone" title="No endpoint is like that" />
          ) : (
            <Empty icon="smartphone" title="No endpoint yet">
              <p>Drop a CSV or JSON file anywhere on this page to import endpoints, or write one:</p>
              <CodeLine
                text={awsLine(
                  [
                    ...['update-endpoint', '--application-id', app, '--endpoint-id', 'ada-mail'],
                    ...['--endpoint-request', 'ChannelType=EMAIL,Address=ada@example.com'],
                  ],
                  emulatorUrl,
                )}
              />
            </Empty>
          )
        }
      />
      {writing.value && (
        <EndpointForm
          app={app}
          close={written => {
            writing.value = false
            if (written !== undefined) go(to`apps/${app}/endpoints/${written}`)
          }}
        />
      )}
    </Page>
  )
}
