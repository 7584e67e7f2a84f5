import type { EndpointResponse } from '../../server/model/endpoint.ts'
import { to } from '../router.ts'
import { Channel } from './channel.tsx'
import { Badge } from './status.tsx'
import type { Column } from './table.tsx'
import { Time } from './time.tsx'

/** The columns of a list of an application's endpoints. */
export const endpointColumns = (app: string): Column<EndpointResponse>[] => [
  { head: 'Id', cell: ({ Id = '' }) => <a href={to`apps/${app}/endpoints/${Id}`}>{Id}</a> },
  { head: 'Channel', cell: ({ ChannelType }) => <Channel type={ChannelType} /> },
  { head: 'Address', wide: true, cell: ({ Address }) => <span title={Address}>{Address || '-'}</span> },
  {
    head: 'User',
    cell: ({ User }) =>
      User?.UserId ? <a href={to`apps/${app}/users/${User.UserId}`}>{User.UserId}</a> : '-',
  },
  { head: 'Status', cell: endpoint => <EndpointStatus {...endpoint} /> },
  { head: 'Created', number: true, cell: ({ CreationDate }) => <Time at={CreationDate} /> },
]

/** Whether messages go to the endpoint. */
export const EndpointStatus = ({
  EndpointStatus: status = 'ACTIVE',
  OptOut,
}: Pick<EndpointResponse, 'EndpointStatus' | 'OptOut'>) =>
  OptOut === 'ALL' ? (
    <Badge tone="wait" icon="ban" over>
      OptOut ALL
    </Badge>
  ) : status === 'ACTIVE' ? (
    <Badge tone="done" icon="circle-check">
      ACTIVE
    </Badge>
  ) : (
    <Badge tone="warn" icon="circle-pause">
      {status}
    </Badge>
  )
