import type { ImportJobPage } from '../../api/types.ts'
import { duration } from '../../format.ts'
import { Icon } from '../../parts/icon.tsx'
import { lookOf } from '../../parts/status.tsx'
import { Time } from '../../parts/time.tsx'
import { now } from '../../time.ts'
import { isOver, type JobStatus, jobPath } from './job-path.ts'

/**
 * The nine states as stops in a line, with the time spent in each. States that were not walked are
 * hollow. Stops stand at equal distances, however long a job was held between them.
 */
export const Track = ({ history, held }: { history: ImportJobPage['history']; held: boolean }) => {
  const reached = new Map(history.map(({ status, at }, index) => [status, { at, index }]))
  const current = history.at(-1)?.status
  return (
    <ol class="track" aria-label="States">
      {jobPath.map(status => {
        const stop = reached.get(status)
        const { tone, icon } = lookOf(status)
        return (
          <li
            key={status}
            class={`tone-${tone} ${stop === undefined ? 'hollow' : ''}`}
            aria-current={status === current ? 'step' : undefined}
          >
            <span class="stop">{stop !== undefined && <Icon name={icon} />}</span>
            <span class="name">{broken(status)}</span>
            {stop === undefined ? (
              <span class="sr-only">not reached</span>
            ) : (
              <span class="meta">
                <Time at={stop.at} exact />
                <Spent from={stop.at} to={history[stop.index + 1]?.at} status={status} held={held} />
              </span>
            )}
          </li>
        )
      })}
    </ol>
  )
}

/** How long a job was, or has been, in a state. */
function Spent({
  from,
  to,
  status,
  held,
}: {
  from: string
  to: string | undefined
  status: JobStatus
  held: boolean
}) {
  if (isOver(status)) return null
  const ms = (to === undefined ? now.value : Date.parse(to)) - Date.parse(from)
  if (to !== undefined) return <span>{duration(Math.max(0, ms))}</span>
  const seconds = Math.max(0, Math.floor(ms / 1000)) * 1000
  return <span>{`${held ? 'held' : 'for'} ${duration(seconds).replace('.00', '')}`}</span>
}

/** A name that may be broken after its underscores. */
const broken = (name: string) =>
  name.split('_').map((part, index, all) => (
    <span key={part}>
      {part}
      {index < all.length - 1 && (
        <>
          _<wbr />
        </>
      )}
    </span>
  ))
