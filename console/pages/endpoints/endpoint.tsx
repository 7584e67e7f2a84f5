import { useSignal } from '@preact/signals'
import type { EndpointResponse } from '../../../server/model/endpoint.ts'
import { useAudienceReload } from '../../api/audience.ts'
import { forgetAnswers, useFetched } from '../../api/fetched.ts'
import type { EndpointSegments } from '../../api/types.ts'
import { Body } from '../../parts/body.tsx'
import { Channel } from '../../parts/channel.tsx'
import { DeleteButton } from '../../parts/confirm.tsx'
import { Id } from '../../parts/copy.tsx'
import { CopyAs } from '../../parts/copy-as.tsx'
import { addressOf, EndpointStatus, IdLink } from '../../parts/endpoints.tsx'
import { Fact, Facts } from '../../parts/facts.tsx'
import { Icon } from '../../parts/icon.tsx'
import { LatestMessages } from '../../parts/latest.tsx'
import { Page, Section } from '../../parts/page.tsx'
import { Loaded } from '../../parts/states.tsx'
import { Table } from '../../parts/table.tsx'
import { Time } from '../../parts/time.tsx'
import { to } from '../../router.ts'
import { EndpointForm } from './endpoint-form.tsx'
import { TestMessage } from './test-message.tsx'

/** One endpoint: what is known of it, its messages; to change, to write to, to delete. */
export default function EndpointPage({ app, endpoint: id }: { app: string; endpoint: string }) {
  const address = to`v1/apps/${app}/endpoints/${id}`
  const endpoint = useFetched<EndpointResponse>(address)
  useAudienceReload(app, endpoint.reload)
  const doing = useSignal<'edit' | 'send' | undefined>(undefined)
  const done = (written?: string) => {
    doing.value = undefined
    if (written !== undefined) forgetAnswers()
  }
  const { value } = endpoint
  return (
    <Page
      title={id}
      app={app}
      above={[['Endpoints', to`apps/${app}/endpoints`]]}
      beside={value && <EndpointStatus {...value} />}
      ready={value !== undefined}
      actions={
        value && (
          <>
            <CopyAs method="GET" path={`/${address}`} />
            <button
              type="button"
              class="button main"
              onClick={() => {
                doing.value = 'send'
              }}
            >
              <Icon name="send" />
              Send a test message
            </button>
            <button
              type="button"
              class="button"
              onClick={() => {
                doing.value = 'edit'
              }}
            >
              <Icon name="pencil" />
              Edit
            </button>
            <DeleteButton
              label="Delete the endpoint"
              title="Delete the endpoint?"
              address={address}
              said="The endpoint is deleted."
              list={to`apps/${app}/endpoints`}
            >
              Its messages stay in the outbox.
            </DeleteButton>
          </>
        )
      }
    >
      <Loaded isPage from={endpoint}>
        {({ ChannelType, Address, User, OptOut, EffectiveDate, CreationDate, CohortId, ...rest }) => (
          <>
            <Facts>
              <Fact name="Id">
                <Id id={id} whole />
              </Fact>
              <Fact name="Channel">
                <Channel type={ChannelType} />
              </Fact>
              <Fact name="Address">{Address}</Fact>
              <Fact name="User">
                {User?.UserId && <IdLink id={User.UserId} href={addressOf(app, 'users', User.UserId)} />}
              </Fact>
              <Fact name="OptOut">{OptOut}</Fact>
              <Fact name="Effective">
                <Time at={EffectiveDate} />
              </Fact>
              <Fact name="Created">
                <Time at={CreationDate} />
              </Fact>
              <Fact name="Cohort">{CohortId}</Fact>
            </Facts>
            {Object.entries({
              Attributes: rest.Attributes,
              'User attributes': User?.UserAttributes,
              Metrics: rest.Metrics,
              Location: rest.Location,
              Demographic: rest.Demographic,
            }).map(([title, values]) =>
              values === undefined || Object.keys(values).length === 0 ? null : (
                <Section key={title} title={title}>
                  <Values title={title} values={values} />
                </Section>
              ),
            )}
            <EndpointInSegments app={app} endpoint={id} />
            <LatestMessages of={{ app, endpoint: id }} none="None yet." />
            <details>
              <summary>As GetEndpoint answers it</summary>
              <Body text={JSON.stringify(value)} label="The endpoint as JSON" />
            </details>
          </>
        )}
      </Loaded>
      {doing.value === 'edit' && value && <EndpointForm app={app} id={id} now={value} close={done} />}
      {doing.value === 'send' && value && (
        <TestMessage app={app} id={id} channel={value.ChannelType} close={done} />
      )}
    </Page>
  )
}

const Values = ({ title, values }: { title: string; values: object }) => (
  <Table
    caption={title}
    rows={Object.entries(values)}
    keyOf={([name]) => name}
    columns={[
      { head: 'Name', cell: ([name]) => name },
      { head: 'Value', wide: true, cell: ([, value]) => showValue(value) },
    ]}
  />
)

const showValue = (value: unknown): string =>
  Array.isArray(value) ? value.join(', ') : typeof value === 'object' ? JSON.stringify(value) : String(value)

function EndpointInSegments({ app, endpoint }: { app: string; endpoint: string }) {
  const segments = useFetched<EndpointSegments>(to`apps/${app}/endpoints/${endpoint}/segments`)
  useAudienceReload(app, segments.reload)
  return (
    <Section title="Segments" actions={<a href={to`apps/${app}/segments`}>All segments</a>}>
      <Loaded from={segments}>
        {({ items, nextToken }) =>
          items.length === 0 ? (
            <p class="hint">There are none.</p>
          ) : (
            <>
              <Table
                caption="Segments, and whether the endpoint is in them"
                rows={items}
                keyOf={({ segment }) => segment.Id}
                columns={[
                  {
                    head: 'Segment',
                    wide: true,
                    cell: ({ segment: { Id: segment, Name } }) => (
                      <a
                        href={`${to`apps/${app}/segments/${segment}`}?endpoint=${encodeURIComponent(endpoint)}`}
                      >
                        {Name || segment}
                      </a>
                    ),
                  },
                  { head: 'In it', cell: ({ member }) => (member ? 'yes' : 'no') },
                ]}
              />
              {nextToken !== undefined && <p class="hint">The newest {items.length} segments.</p>}
            </>
          )
        }
      </Loaded>
    </Section>
  )
}
