import type { EndpointResponse } from '../../../server/model/endpoint.ts'
import { useAudienceReload } from '../../api/audience.ts'
import { useFetched } from '../../api/fetched.ts'
import { DeleteButton } from '../../parts/confirm.tsx'
import { endpointColumns } from '../../parts/endpoints.tsx'
import { Page, Section } from '../../parts/page.tsx'
import { Loaded } from '../../parts/states.tsx'
import { Table } from '../../parts/table.tsx'
import { to } from '../../router.ts'

/** A user: the attributes that all endpoints of it share, and these endpoints. */
export default function UserPage({ app, user: id }: { app: string; user: string }) {
  const address = to`v1/apps/${app}/users/${id}`
  const endpoints = useFetched<{ Item: EndpointResponse[] }>(address)
  useAudienceReload(app, endpoints.reload)
  const attributes = Object.entries(endpoints.value?.Item[0]?.User?.UserAttributes ?? {})
  return (
    <Page
      title={id}
      app={app}
      above={[['Users', to`apps/${app}/users`]]}
      ready={endpoints.value !== undefined}
      actions={
        <DeleteButton
          label="Delete the user’s endpoints"
          title="Delete the user’s endpoints?"
          address={address}
          said="The endpoints are deleted."
          list={to`apps/${app}/users`}
        >
          All endpoints of this user go.
        </DeleteButton>
      }
    >
      <Loaded isPage from={endpoints}>
        {({ Item }) => (
          <>
            <Section title="Endpoints">
              <Table
                caption="Endpoints"
                columns={endpointColumns(app)}
                rows={Item}
                keyOf={({ Id = '' }) => Id}
              />
            </Section>
            {attributes.length > 0 && (
              <Section title="User attributes">
                <Table
                  caption="User attributes"
                  rows={attributes}
                  keyOf={([name]) => name}
                  columns={[
                    { head: 'Name', cell: ([name]) => name },
                    { head: 'Values', wide: true, cell: ([, values]) => values.join(', ') },
                  ]}
                />
              </Section>
            )}
          </>
        )}
      </Loaded>
    </Page>
  )
}
