import type { EndpointResponse } from '../../server/model/endpoint.ts'
import { isAbove, to, whyNoAddress } from '../router.ts'
import { Channel } from './channel.tsx'
import { Id } from './copy.tsx'
import { Badge } from './status.tsx'
import type { Column } from './table.tsx'
import { Time } from './time.tsx'

/** The columns of a list of an application's endpoints. */
export const endpointColumns = (app: string): Column<EndpointResponse>[] => [
  { head: 'Id', cell: ({ Id = '' }) => <IdLink id={Id} cut="long" href={addressOf(app, 'endpoints', Id)} /> },
  { head: 'Channel', cell: ({ ChannelType }) => <Channel type={ChannelType} /> },
  { head: 'Address', wide: true, cell: ({ Address }) => <span title={Address}>{Address || '-'}</span> },
  {
    head: 'User',
    cell: ({ User }) =>
      User?.UserId ? (
        <IdLink id={User.UserId} cut="short" href={addressOf(app, 'users', User.UserId)} />
      ) : (
        '-'
      ),
  },
  { head: 'Status', cell: endpoint => <EndpointStatus {...endpoint} /> },
  { head: 'Created', number: true, minor: true, cell: ({ CreationDate }) => <Time at={CreationDate} /> },
]

/**
 * The address of an endpoint or a user, whose ids callers choose.
 *
 * @returns undefined for the ids that no browser can ask for
 */
export const addressOf = (app: string, list: 'endpoints' | 'users', id: string): string | undefined =>
  isAbove(id) ? undefined : to`apps/${app}/${list}/${id}`

/** What is left of an id in a list: most of it, a UUID, or less. */
type Cut = 'most' | 'long' | 'short'

/**
 * The id of an endpoint or a user, as a link to its page.
 *
 * @param cut for a list, where other columns need room: how much is left of it, as it is cut in its middle
 * @param href as `addressOf` gives it
 */
export const IdLink = ({ id, cut, href }: { id: string; cut?: Cut; href: string | undefined }) =>
  href === undefined ? (
    <span title={whyNoAddress}>
      {id}
      <span class={cut ? 'sr-only' : 'meta'}> {whyNoAddress}</span>
    </span>
  ) : (
    <a href={href} title={id} aria-label={cut && id}>
      {cut ? <CutId id={id} to={cut} /> : id}
    </a>
  )

/** The id of an endpoint or a user among facts, which can be copied; where it is no link, it says why. */
export const IdFact = ({ id, href }: { id: string; href: string | undefined }) => (
  <>
    <Id id={id} href={href} />
    {href === undefined && <p class="hint">{whyNoAddress}</p>}
  </>
)

/** An id that is cut before its last characters: other ids may begin as it does. */
function CutId({ id, to }: { id: string; to: Cut }) {
  const [, start, end] = /^(.*?)(\s*.{0,8})$/su.exec(id)!
  return (
    <>
      <span class={`cut ${to}`}>{start}</span>
      {end}
    </>
  )
}

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
