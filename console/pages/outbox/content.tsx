import { useFetched } from '../../api/fetched.ts'
import type { OtpDetails, OutboxMessage } from '../../api/types.ts'
import { bytes, count, plural } from '../../format.ts'
import { Body } from '../../parts/body.tsx'
import { CopyButton } from '../../parts/copy.tsx'
import { Fact, Facts } from '../../parts/facts.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Section } from '../../parts/page.tsx'
import type { ListPage } from '../../parts/paged-table.tsx'
import { Badge } from '../../parts/status.tsx'
import { Table } from '../../parts/table.tsx'
import { Time } from '../../parts/time.tsx'
import { to } from '../../router.ts'
import { Email } from './email.tsx'

/** What the recipient got, as it looks on the channel. */
export function Content({ message }: { message: OutboxMessage }) {
  const { channel, html, text, raw, body, title, payload, subject } = message
  if ([html, text, raw, body, title, payload, subject].every(part => part === undefined)) return null
  switch (channel) {
    case 'EMAIL':
      return <Email message={message} />
    case 'SMS':
      return <Sms message={message} />
    case 'VOICE':
      return <Voice message={message} />
    case 'CUSTOM':
      return <Custom message={message} />
    default:
      return <Push message={message} />
  }
}

function Sms({ message }: { message: OutboxMessage }) {
  const { body = '', parts, app, address, operation } = message
  return (
    <>
      {operation === 'SendOTPMessage' && address !== undefined && (
        <Otp app={app} address={address} body={body} />
      )}
      <Section title="SMS message">
        <p class="bubble">{body}</p>
        <Facts>
          <Fact name="Length">{`${plural([...body].length, 'character')}${parts ? `, ${plural(parts, 'part')}` : ''}`}</Fact>
          <Fact name="Type">{message.messageType}</Fact>
          <Fact name="From">{message.originationNumber}</Fact>
          <Fact name="Sender id">{message.senderId}</Fact>
          <Fact name="Keyword">{message.keyword}</Fact>
          <Fact name="Entity id">{message.entityId}</Fact>
          <Fact name="Template id">{message.templateId}</Fact>
          <Fact name="Media URL">{message.mediaUrl}</Fact>
        </Facts>
      </Section>
    </>
  )
}

/** The one-time password that a message has brought, while it is known. */
function Otp({ app, address, body }: { app: string; address: string; body: string }) {
  const codes = useFetched<ListPage<OtpDetails>>(to`otp?app=${app}&address=${address}&page-size=1000`)
  const otp = codes.value?.items.find(({ code }) => body.includes(code))
  if (otp === undefined) return null
  const { code, reference, isValid, expiresAt, attemptsLeft } = otp
  return (
    <Section title="One-time password">
      <div class="code">
        <output aria-label="Code">{code}</output>
        <CopyButton text={code} label="Copy the code">
          Copy
        </CopyButton>
        {isValid ? (
          <Badge tone="done" icon="circle-check">
            Valid
          </Badge>
        ) : (
          <Badge tone="wait" icon="ban">
            Not valid
          </Badge>
        )}
      </div>
      <Facts>
        <Fact name="Reference">{reference}</Fact>
        <Fact name="Expires">
          <Time at={expiresAt} />
        </Fact>
        <Fact name="Attempts left">{count(attemptsLeft)}</Fact>
      </Facts>
    </Section>
  )
}

const Voice = ({
  message: { body, languageCode, voiceId, originationNumber },
}: {
  message: OutboxMessage
}) => (
  <Section title="Voice message">
    <blockquote class="script">{body}</blockquote>
    <Facts>
      <Fact name="Language">{languageCode}</Fact>
      <Fact name="Voice">{voiceId}</Fact>
      <Fact name="Calls from">{originationNumber}</Fact>
    </Facts>
  </Section>
)

const Push = ({ message: { title, body, payload, headers = [] } }: { message: OutboxMessage }) => (
  <Section title="Push notification">
    {(title || body) && (
      <div class="push-card">
        <Icon name="bell" />
        <div>
          {title && <p>{title}</p>}
          {body && <p>{body}</p>}
        </div>
      </div>
    )}
    {!title && !body && <p class="hint">A silent notification: it shows nothing.</p>}
    {payload !== undefined && (
      <>
        <h3>What the device gets</h3>
        <Body text={JSON.stringify(payload)} label="Payload" />
      </>
    )}
    {headers.length > 0 && <Headers headers={headers} caption="Headers of the request to APNs" />}
  </Section>
)

const Custom = ({ message: { statusMessage, body = '' } }: { message: OutboxMessage }) => (
  <Section title="Custom channel">
    <Facts>
      <Fact name="The call">{statusMessage}</Fact>
      <Fact name="Length of Data">{bytes(new Blob([body]).size)}</Fact>
    </Facts>
    <h3>Data</h3>
    <Body text={body} label="Data" />
  </Section>
)

/** Names and values of headers. */
export const Headers = ({
  headers,
  caption,
}: {
  headers: readonly { name: string; value: string }[]
  caption: string
}) => (
  <Table
    caption={caption}
    columns={[
      { head: 'Header', cell: ({ name }) => name },
      { head: 'Value', wide: true, cell: ({ value }) => <span title={value}>{value}</span> },
    ]}
    rows={headers.map((header, index) => ({ ...header, index }))}
    keyOf={({ index }) => String(index)}
  />
)
