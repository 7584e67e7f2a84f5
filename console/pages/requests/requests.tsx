import operations from '../../../fixtures/operations.json' with { type: 'json' }
import { announce } from '../../announce.tsx'
import { call, emulatorUrl } from '../../api/calls.ts'
import { useLive, useReloadAtRemoval } from '../../api/live.ts'
import { awsLine } from '../../parts/aws-line.ts'
import { CodeLine } from '../../parts/code-line.tsx'
import { ConfirmButton } from '../../parts/confirm.tsx'
import { SelectFilter } from '../../parts/filters.tsx'
import { NewRows, useNewRows } from '../../parts/new-rows.tsx'
import { Page } from '../../parts/page.tsx'
import { PagedTable, usePage } from '../../parts/paged-table.tsx'
import { type RequestRow, requestColumns } from '../../parts/requests.tsx'
import { Empty } from '../../parts/states.tsx'
import { place } from '../../router.ts'

/** The latest calls that tests have made, failed ones as easy to find as any. */
export default function RequestsPage() {
  const { query } = place.value
  const operation = query.get('operation') ?? ''
  const failed = query.get('failed') ?? ''
  const filters = new URLSearchParams({ ...(operation && { operation }), ...(failed && { failed }) })
  const page = usePage<RequestRow>(`requests?${filters}`)
  const newRows = useNewRows('requests', page, ({ requestId }) => requestId)
  useLive('requests', calls => {
    const mine = calls.filter(
      call =>
        (operation === '' || call.operation === operation) &&
        (failed === '' || String(call.status >= 400) === failed),
    )
    if (mine.length > 0) newRows.add(mine.map(({ requestId }) => requestId))
  })
  useReloadAtRemoval(page.reload, 'requests')
  const filtered = operation !== '' || failed !== ''
  return (
    <Page
      title="Requests"
      ready={page.value !== undefined}
      actions={
        <ConfirmButton
          label="Clear the list"
          title="Clear the list of requests?"
          does={async () => {
            await call('DELETE', 'requests')
            announce('The calls are removed.')
            page.reload()
          }}
        >
          <p>All calls in it are removed, also those that the filters hide.</p>
        </ConfirmButton>
      }
    >
      <div class="filters">
        <SelectFilter
          name="operation"
          label="Operation"
          none="All operations"
          choices={operations.map(({ name }) => name)}
        />
        <SelectFilter
          name="failed"
          label="Outcome"
          none="All calls"
          choices={[
            ['true', 'Failed'],
            ['false', 'Not failed'],
          ]}
        />
        <NewRows {...newRows} one="call" />
      </div>
      <PagedTable
        page={page}
        caption="Calls, the latest first"
        columns={requestColumns}
        keyOf={({ requestId }) => requestId}
        empty={
          filtered ? (
            <Empty icon="radio" title="None of the latest 1,000 calls is like that" />
          ) : (
            <Empty icon="radio" title="No call yet">
              <p>
                Every call of Pinpoint’s API appears here, with its headers and bodies. Point a client at this
                emulator:
              </p>
              <CodeLine text={awsLine(['get-apps'], emulatorUrl)} />
            </Empty>
          )
        }
      />
    </Page>
  )
}
