import type { EndpointResponse } from '../../server/model/endpoint.ts'
import { cutId } from '../format.ts'
import { to } from '../router.ts'
import { Channel } from './channel.tsx'
import { Badge } from './status.tsx'
import type { Column } from './table.tsx'
import { Time } from './time.tsx'

/** The columns of a list of an application's endpoints. */
export const endpointColumns = (app: string): Column<EndpointResponse>[] => [
  { head: 'Id', cell: ({ Id = '' }) => <IdLink id={Id} most={36} href={to`apps/${app}/endpoints/${Id}`} /> },
  { head: 'Channel', cell: ({ ChannelType }) => <Channel type={ChannelType} /> },
  { head: 'Address', wide: true, cell: ({ Address }) => <span title={Address}>{Address || '-'}</span> },
  {
    head: 'User',
    cell: ({ User }) =>
      User?.UserId ? <IdLink id={User.UserId} most={24} href={to`apps/${app}/users/${User.UserId}`} /> : '-',
  },
  { head: 'Status', cell: endpoint => <EndpointStatus {...endpoint} /> },
  { head: 'Created', number: true, cell: ({ CreationDate }) => <Time at={CreationDate} /> },
]

/** An id that a caller has chosen, cut so that the other columns have room. */
const IdLink = ({ id, most, href }: { id: string; most: number; href: string }) => (
  <a href={href} title={id}>
    {cutId(id, most)}
  </a>
)

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
