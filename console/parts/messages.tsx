import type { OutboxMessage } from '../api/types.ts'
import { cutId } from '../format.ts'
import { to } from '../router.ts'
import { Channel } from './channel.tsx'
import { Badge, Status } from './status.tsx'
import type { Column } from './table.tsx'
import { Time } from './time.tsx'

/** Whether a message has reached nobody: it was refused, or it is an e-mail that does not render. */
export const hasFailed = ({ status, renderingFailure }: OutboxMessage): boolean =>
  status !== 'SUCCESSFUL' || renderingFailure !== undefined

/** What a message says, in a line. */
export const messageTitle = ({ subject, title, body, text }: OutboxMessage): string | undefined =>
  subject ?? title ?? body ?? text

/** Who gets a message: the address, or what else is known. */
export const recipientOf = ({ address, user, endpoint }: OutboxMessage): string =>
  address || user || endpoint || 'nobody'

/** The status of a message; of an e-mail that does not render, that, as its status does not tell. */
export const MessageStatus = ({ message: { status, renderingFailure } }: { message: OutboxMessage }) =>
  status === 'SUCCESSFUL' && renderingFailure !== undefined ? (
    <Badge tone="fail" icon="circle-x" over>
      NOT RENDERED
    </Badge>
  ) : (
    <Status status={status} />
  )

/** Of a message that has failed, why; of any other, what it says. */
const Summary = ({ message }: { message: OutboxMessage }) => {
  const text = hasFailed(message)
    ? (message.renderingFailure ?? message.statusMessage)
    : messageTitle(message)
  return <span title={text}>{text ?? '-'}</span>
}

const Recipient = ({ message }: { message: OutboxMessage }) => (
  <a href={to`outbox/${message.id}`} title={recipientOf(message)}>
    {cutId(recipientOf(message), 24)}
  </a>
)

/** The columns of a list of messages. */
export const messageColumns: Column<OutboxMessage>[] = [
  { head: 'To', cell: message => <Recipient message={message} /> },
  { head: 'Channel', minor: true, cell: ({ channel }) => <Channel type={channel} /> },
  { head: 'What it says', wide: true, cell: message => <Summary message={message} /> },
  { head: 'Status', cell: message => <MessageStatus message={message} /> },
  { head: 'Sent', number: true, cell: ({ time }) => <Time at={time} /> },
]
