import { useFetched } from '../../api/fetched.ts'
import type { ApplicationResponse, OutboxMessage } from '../../api/types.ts'
import { appName, cutId } from '../../format.ts'
import { Channel } from '../../parts/channel.tsx'
import { Id } from '../../parts/copy.tsx'
import { addressOf, IdFact } from '../../parts/endpoints.tsx'
import { Facts } from '../../parts/facts.tsx'
import { Time } from '../../parts/time.tsx'
import { to } from '../../router.ts'

/** The kinds of templates by the channels that are no push channels, as in their paths. */
const kinds: Record<string, string> = { EMAIL: 'email', SMS: 'sms', VOICE: 'voice' }

/** The address of the template of a message, in the version that was sent. */
export function templateAddress({ template, channel }: OutboxMessage): string | undefined {
  if (template === undefined || channel === undefined) return undefined
  return to`templates/${kinds[channel] ?? 'push'}/${template.name}?version=${template.version}`
}

/** Who got a message, and who and what has sent it. */
export function MessageFacts({ message }: { message: OutboxMessage }) {
  const { app, endpoint, user, campaign, journey, requestId, template, messageId, traceId } = message
  const { context = {} } = message
  const application = useFetched<ApplicationResponse>(to`v1/apps/${app}`)
  return (
    <Facts
      of={[
        ['To', message.address && <Id id={message.address} whole />],
        ['Channel', message.channel && <Channel type={message.channel} />],
        ['Endpoint', endpoint && <IdFact id={endpoint} href={addressOf(app, 'endpoints', endpoint)} />],
        ['User', user && <IdFact id={user} href={addressOf(app, 'users', user)} />],
        ['Sent', <Time key="time" at={message.time} exact />],
        [
          'Application',
          <a key="app" href={to`apps/${app}`} title={app}>
            {application.value ? appName(application.value.Name, app) : cutId(app)}
          </a>,
        ],
        [
          'Template',
          template && (
            <a href={templateAddress(message)}>
              {template.name}, version {template.version}
            </a>
          ),
        ],
        ['Campaign', campaign && <Id id={campaign} href={to`apps/${app}/campaigns/${campaign}`} />],
        ['Treatment', message.treatment && <Id id={message.treatment} />],
        ['Journey', journey && <Id id={journey} href={to`apps/${app}/journeys/${journey}`} />],
        ['Run', message.run && <Id id={message.run} />],
        ['Activity', message.activity && <Id id={message.activity} />],
        ['Operation', message.operation],
        ['Call that sent it', requestId && <Id id={requestId} href={to`requests/${requestId}`} />],
        ['Answered', `${message.status} ${message.statusCode}`],
        ['Message id', messageId && <Id id={messageId} />],
        ['Trace id', traceId && <Id id={traceId} />],
        ...Object.entries(context).map(([name, value]): [string, string] => [`Context: ${name}`, value]),
      ]}
    />
  )
}
