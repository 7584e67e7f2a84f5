import { useFetched } from '../../api/fetched.ts'
import { useReload } from '../../api/live.ts'
import type { OtpDetails, OutboxMessage } from '../../api/types.ts'
import { count, plural } from '../../format.ts'
import { Body } from '../../parts/body.tsx'
import { CopyButton, Id } from '../../parts/copy.tsx'
import { Facts } from '../../parts/facts.tsx'
import { Headers } from '../../parts/headers.tsx'
import { Bubble, PushCard, Script } from '../../parts/looks.tsx'
import { Section } from '../../parts/page.tsx'
import type { ListPage } from '../../parts/paged-table.tsx'
import { ErrorBox } from '../../parts/states.tsx'
import { Badge } from '../../parts/status.tsx'
import { Time } from '../../parts/time.tsx'
import { to } from '../../router.ts'
import { Email } from './email.tsx'

/** What the recipient got, as it looks on the channel. */
export function Content({ message }: { message: OutboxMessage }) {
  const { channel, html, text, raw, body, title, payload, subject } = message
  if (channel === 'CUSTOM') return <Custom message={message} />
  if ([html, text, raw, body, title, payload, subject].every(part => part === undefined)) return null
  switch (channel) {
    case 'EMAIL':
      return <Email message={message} />
    case 'SMS':
      return <Sms message={message} />
    case 'VOICE':
      return <Voice message={message} />
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
        <Bubble text={body} />
        <Facts
          of={[
            [
              'Length',
              `${plural([...body].length, 'character')}${parts ? `, ${plural(parts, 'part')}` : ''}`,
            ],
            ['Type', message.messageType],
            ['From', message.originationNumber],
            ['Sender id', message.senderId],
            ['Keyword', message.keyword],
            ['Entity id', message.entityId],
            ['Template id', message.templateId],
            ['Media URL', message.mediaUrl],
          ]}
        />
      </Section>
    </>
  )
}

/** The one-time password that a message has brought, while it is known. */
function Otp({ app, address, body }: { app: string; address: string; body: string }) {
  const codes = useFetched<ListPage<OtpDetails>>(to`otp?app=${app}&address=${address}&page-size=1000`)
  useReload(codes.reload, ['requests'], calls => calls.some(({ operation }) => operation?.includes('OTP')))
  if (codes.error) return <ErrorBox error={codes.error} retry={codes.reload} />
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
      <Facts
        of={[
          ['Reference', reference],
          ['Expires', <Time key="time" at={expiresAt} />],
          ['Attempts left', count(attemptsLeft)],
        ]}
      />
    </Section>
  )
}

const Voice = ({
  message: { body, languageCode, voiceId, originationNumber },
}: {
  message: OutboxMessage
}) => (
  <Section title="Voice message">
    <Script text={body ?? ''} />
    <Facts
      of={[
        ['Language', languageCode],
        ['Voice', voiceId],
        ['Calls from', originationNumber],
      ]}
    />
  </Section>
)

const Push = ({ message: { title, body, payload, headers = [] } }: { message: OutboxMessage }) => (
  <Section title="Push notification">
    <PushCard title={title} body={body} />
    {payload !== undefined && (
      <>
        <h3>What the device gets</h3>
        <Body text={JSON.stringify(payload)} label="Payload" />
      </>
    )}
    {headers.length > 0 && <Headers headers={headers} caption="Headers of the request to APNs" />}
  </Section>
)

/** A message by a custom channel: what a web hook or a Lambda function was called with. */
const Custom = ({ message }: { message: OutboxMessage }) => {
  const { statusMessage, body, app, campaign, treatment, journey, run, activity, endpoint } = message
  return (
    <Section title="Custom channel">
      <Facts
        of={[
          ['The call', statusMessage],
          ['ApplicationId', <Id key="app" id={app} />],
          ['CampaignId', campaign && <Id id={campaign} />],
          ['TreatmentId', treatment && <Id id={treatment} />],
          ['JourneyId', journey && <Id id={journey} />],
          ['JourneyRunId', run && <Id id={run} />],
          [journey === undefined ? 'ActivityId' : 'JourneyActivityId', activity && <Id id={activity} />],
          ['Among its Endpoints', endpoint && <Id id={endpoint} />],
        ]}
      />
      <h3>Data</h3>
      {body === undefined ? <p class="hint">None.</p> : <Body text={body} label="Data" />}
    </Section>
  )
}
