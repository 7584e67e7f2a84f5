import type { OutboxMessage } from '../api/types.ts'
import { to } from '../router.ts'
import { Channel } from './channel.tsx'
import { Status } from './status.tsx'
import type { Column } from './table.tsx'
import { Time } from './time.tsx'

/** What a message says, in a line. */
export const messageTitle = ({ subject, title, body, text, renderingFailure }: OutboxMessage): string =>
  subject ?? title ?? body ?? text ?? renderingFailure ?? '-'

/** The columns of a list of messages. */
export const messageColumns: Column<OutboxMessage>[] = [
  {
    head: 'To',
    cell: ({ id, address, user, endpoint }) => (
      <a href={to`outbox/${id}`}>{address ?? user ?? endpoint ?? 'nobody'}</a>
    ),
  },
  { head: 'Channel', cell: ({ channel }) => <Channel type={channel} /> },
  { head: 'What it says', wide: true, cell: messageTitle },
  { head: 'Status', cell: ({ status }) => <Status status={status} /> },
  { head: 'Sent', number: true, cell: ({ time }) => <Time at={time} /> },
]
