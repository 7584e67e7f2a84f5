import { announce } from '../../announce.tsx'
import { call } from '../../api/calls.ts'
import { useFetched } from '../../api/fetched.ts'
import type { RequestDetails } from '../../api/types.ts'
import { bytes, duration, plural } from '../../format.ts'
import { Body } from '../../parts/body.tsx'
import { Id } from '../../parts/copy.tsx'
import { CopyAs } from '../../parts/copy-as.tsx'
import { Facts } from '../../parts/facts.tsx'
import { ActionButton } from '../../parts/form.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Page, Section } from '../../parts/page.tsx'
import { Loaded } from '../../parts/states.tsx'
import { HttpStatus } from '../../parts/status.tsx'
import { Table } from '../../parts/table.tsx'
import { Time } from '../../parts/time.tsx'
import { go, to } from '../../router.ts'

/** One call: what was sent and answered, to copy, or to make fail. */
export default function RequestPage({ request: id }: { request: string }) {
  const request = useFetched<RequestDetails>(to`requests/${id}`)
  const { value } = request
  return (
    <Page
      title={value?.operation ?? value?.path ?? 'Request'}
      above={[['Requests', 'requests']]}
      beside={value && <HttpStatus status={value.status} />}
      actions={value && <Actions request={value} />}
      ready={value !== undefined}
    >
      <Loaded isPage from={request}>
        {({ request: sent, response: answered, ...rest }) => (
          <>
            <Facts
              of={[
                ['Call', <code key="call">{`${rest.method} ${rest.path}`}</code>],
                ['Exception', rest.exception],
                ['When', <Time key="when" at={rest.time} exact real />],
                ['Took', duration(rest.milliseconds)],
                ['Request id', <Id key="id" id={rest.requestId} whole />],
                ['At AWS', rest.lifecycle && <Lifecycle key="lifecycle" {...rest} />],
              ]}
            />
            <Side title="Request" {...sent} />
            <Side title="Answer" {...answered} />
          </>
        )}
      </Loaded>
    </Page>
  )
}

/** Whether AWS still has the operation. */
const Lifecycle = ({ lifecycle, successor }: Pick<RequestDetails, 'lifecycle' | 'successor'>) =>
  lifecycle === 'lives-on' ? <>lives on</> : <>ended{successor && `; in its place: ${successor}`}</>

function Actions({ request }: { request: RequestDetails }) {
  const { operation, method, path, request: sent } = request
  const { body } = sent
  // A body that is cut is not the call that was made.
  const isWhole = body === undefined || new Blob([body]).size === sent.bytes
  return (
    <>
      {isWhole && <CopyAs method={method} path={path} body={body} />}
      {operation && (
        <ActionButton
          does={async () => {
            await call('POST', 'faults', {
              body: { operation, error: 'TooManyRequestsException', times: 2 },
            })
            announce(`The next two calls of ${operation} will fail.`)
            go('faults')
          }}
        >
          <Icon name="zap" />
          Make this fail twice
        </ActionButton>
      )}
    </>
  )
}

const Side = ({ title, headers, body, bytes: size }: RequestDetails['request'] & { title: string }) => (
  <Section title={title}>
    {body !== undefined ? (
      <Body text={body} label={`Body of the ${title.toLowerCase()}`} />
    ) : (
      <p class="hint">No body.</p>
    )}
    {body !== undefined && new Blob([body]).size < size && (
      <p class="hint">The first 16 KiB of {bytes(size)}.</p>
    )}
    <details>
      <summary>{plural(headers.length, 'header')}</summary>
      <Table
        caption={`Headers of the ${title.toLowerCase()}`}
        rows={headers.map((header, index) => ({ ...header, index }))}
        keyOf={({ index }) => String(index)}
        columns={[
          { head: 'Name', cell: ({ name }) => name },
          { head: 'Value', wide: true, cell: ({ value }) => <code title={value}>{value}</code> },
        ]}
      />
    </details>
  </Section>
)
