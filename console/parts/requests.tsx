import type { Requests } from '../api/types.ts'
import { duration } from '../format.ts'
import { to } from '../router.ts'
import { HttpStatus } from './status.tsx'
import type { Column } from './table.tsx'
import { Time } from './time.tsx'

export type RequestRow = Requests['items'][number]

/** The columns of a list of calls. */
export const requestColumns: Column<RequestRow>[] = [
  {
    head: 'Call',
    cell: ({ requestId, operation, method }) => (
      <a href={to`requests/${requestId}`}>{operation ?? `${method}, no operation`}</a>
    ),
  },
  { head: 'Path', wide: true, cell: ({ method, path }) => <code>{`${method} ${path}`}</code> },
  { head: 'Answer', cell: ({ status }) => <HttpStatus status={status} /> },
  { head: 'Exception', cell: ({ exception }) => exception ?? '-' },
  { head: 'Took', number: true, minor: true, cell: ({ milliseconds }) => duration(milliseconds) },
  { head: 'When', number: true, cell: ({ time }) => <Time at={time} real /> },
]
