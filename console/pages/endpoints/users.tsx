import { emulatorUrl } from '../../api/calls.ts'
import type { Users } from '../../api/types.ts'
import { count } from '../../format.ts'
import { awsLine } from '../../parts/aws-line.ts'
import { CodeLine } from '../../parts/code-line.tsx'
import { addressOf, IdLink } from '../../parts/endpoints.tsx'
import { TextFilter } from '../../parts/filters.tsx'
import { useNewOnPage } from '../../parts/new-on-page.ts'
import { NewRows } from '../../parts/new-rows.tsx'
import { Page } from '../../parts/page.tsx'
import { PagedTable, usePage } from '../../parts/paged-table.tsx'
import { Empty } from '../../parts/states.tsx'
import type { Column } from '../../parts/table.tsx'
import { place, to } from '../../router.ts'

type User = Users['items'][number]

const keyOf = ({ id }: User) => id

/** The users that an application's endpoints name, or those whose ids begin with a text. */
export default function UsersPage({ app }: { app: string }) {
  const prefix = place.value.query.get('prefix') ?? ''
  const address = to`apps/${app}/users?prefix=${prefix}`
  const page = usePage<User>(address)
  const newRows = useNewOnPage(app, address, page, keyOf)
  const columns: Column<User>[] = [
    {
      head: 'User',
      wide: true,
      cell: ({ id }) => <IdLink id={id} cut="most" href={addressOf(app, 'users', id)} />,
    },
    { head: 'Endpoints', number: true, cell: ({ endpoints }) => count(endpoints) },
  ]
  return (
    <Page title="Users" app={app} ready={page.value !== undefined}>
      <search class="filters">
        <TextFilter name="prefix" label="Id begins with" />
      </search>
      <NewRows {...newRows} one="user" />
      <PagedTable
        page={page}
        caption="Users"
        columns={columns}
        keyOf={keyOf}
        empty={
          prefix === '' ? (
            <Empty icon="user" title="No user yet">
              <p>A user is whoever an endpoint names: one may have several endpoints, on any channel.</p>
              <CodeLine
                text={awsLine(
                  [
                    ...['update-endpoint', '--application-id', app, '--endpoint-id', 'ada-mail'],
                    ...['--endpoint-request', 'ChannelType=EMAIL,Address=ada@example.com,User={UserId=ada}'],
                  ],
                  emulatorUrl,
                )}
              />
            </Empty>
          ) : (
            <Empty icon="user" title="No user has such an id" />
          )
        }
      />
    </Page>
  )
}
