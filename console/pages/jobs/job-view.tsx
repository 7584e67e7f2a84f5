import type { ComponentChildren } from 'preact'
import { useRef } from 'preact/hooks'
import { CallError } from '../../api/errors.ts'
import type { Fetched } from '../../api/fetched.ts'
import type { ExportJobPage, ImportJobPage } from '../../api/types.ts'
import { count, duration, plural } from '../../format.ts'
import { Id } from '../../parts/copy.tsx'
import { Page } from '../../parts/page.tsx'
import { Progress } from '../../parts/progress.tsx'
import { Empty, Loaded } from '../../parts/states.tsx'
import { Status } from '../../parts/status.tsx'
import { to } from '../../router.ts'
import { about } from '../../upload/rate.ts'
import { Held, HoldButton } from './held.tsx'
import { isOver } from './job-path.ts'
import { PieceGrid } from './piece-grid.tsx'
import { SpeedChart } from './speed-chart.tsx'
import { Track } from './track.tsx'
import type { useJob, WatchedJob } from './use-job.ts'
import { Waits } from './waits.tsx'

/** The page of a job of either type: how far it is, and what `children` adds. */
export function JobView<Details extends ImportJobPage | ExportJobPage>({
  app,
  title,
  noun,
  address,
  watched,
  uploaded = 0,
  actions,
  children,
}: {
  app: string
  title: string
  /** What the job counts. */
  noun: string
  address: string
  watched: ReturnType<typeof useJob<Details>>
  /** The share of the bar that the upload before the job has taken. */
  uploaded?: number
  actions: (details: Details) => ComponentChildren
  children: (details: Details, watched: WatchedJob<Details>) => ComponentChildren
}) {
  const { from } = watched
  const above: [string, string][] = [['Jobs', to`apps/${app}/jobs`]]
  if (isGone(from)) {
    return (
      <Page title={title} app={app} above={above}>
        <Empty icon="trash" title="This job is gone">
          <p>It was removed by a reset, by a restored snapshot, or with its application.</p>
          <p>
            <a href="jobs">All jobs</a>
          </p>
        </Empty>
      </Page>
    )
  }
  return (
    <Page
      title={title}
      app={app}
      above={above}
      beside={watched.status && <Status status={watched.status} />}
      actions={
        from.value && (
          <>
            {actions(from.value)}
            {watched.status && !isOver(watched.status) && !watched.held && (
              <HoldButton id={from.value.job.Id} status={watched.status} />
            )}
          </>
        )
      }
      ready={from.value !== undefined}
    >
      <Loaded isPaged from={from}>
        {details => {
          if (watched.status === undefined) return null
          const { status, history, held, heldBy, waitsFor, pieces, letters, speeds } = watched
          return (
            <>
              {!isOver(status) && (
                <JobProgress
                  key={watched.restarts}
                  title={title}
                  noun={noun}
                  watched={watched}
                  uploaded={uploaded}
                />
              )}
              {waitsFor && <Waits type={details.job.Type} waitsFor={waitsFor} />}
              {held && !waitsFor && (
                <Held address={address} status={status} heldBy={heldBy} reload={from.reload} />
              )}
              <Track history={history} held={held} />
              <Numbers id={details.job.Id} watched={watched} noun={noun} />
              <SpeedChart speeds={speeds} unit={noun} />
              {pieces !== undefined && pieces.total > 1 && (
                <PieceGrid pieces={details.pieces} letters={letters} total={pieces.total} />
              )}
              {children(details, watched)}
            </>
          )
        }}
      </Loaded>
    </Page>
  )
}

const isGone = ({ error }: Fetched<unknown>): boolean => error instanceof CallError && error.status === 404

/** How far a job is. It never goes back, whatever is measured; each restart has a new one. */
function JobProgress({
  title,
  noun,
  watched,
  uploaded,
}: {
  title: string
  noun: string
  watched: WatchedJob<unknown>
  uploaded: number
}) {
  const { share } = watched
  const furthest = useRef(0)
  const bar = Math.max(furthest.current, uploaded + (1 - uploaded) * (share ?? 0))
  furthest.current = bar
  return (
    <Progress
      label={uploaded > 0 ? 'Upload and import' : title}
      value={bar === 0 && share === undefined ? undefined : bar}
      text={progressText(watched, share === undefined ? undefined : bar, noun)}
    />
  )
}

function progressText(
  { processed, held, speeds, left }: WatchedJob<unknown>,
  share: number | undefined,
  noun: string,
): string {
  const speed = held ? undefined : speeds.at(-1)?.perSecond
  return [
    share !== undefined && `${Math.floor(share * 100)} %`,
    `${count(processed)} ${noun}`,
    speed !== undefined && `${count(Math.round(speed))} ${noun}/s`,
    left !== undefined && about(left),
  ]
    .filter(Boolean)
    .join(' · ')
}

const Numbers = ({
  id,
  watched: { history, processed, failed, pieces },
  noun,
}: {
  id: string
  watched: WatchedJob<unknown>
  noun: string
}) => {
  const took = tookOf(history)
  return (
    <dl class="facts numbers">
      <div>
        <dt>{noun[0]!.toUpperCase() + noun.slice(1)}</dt>
        <dd class="big">{count(processed)}</dd>
      </div>
      <div>
        <dt>Failed</dt>
        <dd class={`big ${failed > 0 ? 'bad' : ''}`}>{count(failed)}</dd>
      </div>
      <div>
        <dt>Pieces</dt>
        <dd class="big">
          {pieces === undefined
            ? '-'
            : pieces.done === pieces.total
              ? count(pieces.total)
              : `${count(pieces.done)} of ${count(pieces.total)}`}
          {pieces !== undefined && pieces.failed > 0 && (
            <small>{` ${plural(pieces.failed, 'failed', 'failed')}`}</small>
          )}
        </dd>
      </div>
      {took !== undefined && (
        <div>
          <dt>Took</dt>
          <dd class="big">{duration(took)}</dd>
        </div>
      )}
      <div>
        <dt>Id</dt>
        <dd>
          <Id id={id} whole />
        </dd>
      </div>
    </dl>
  )
}

/** Milliseconds from the first state to the last, of a job that is over. */
function tookOf(history: ImportJobPage['history']): number | undefined {
  const [first, last] = [history[0], history.at(-1)]
  if (first === undefined || last === undefined || !isOver(last.status)) return undefined
  return Math.max(0, Date.parse(last.at) - Date.parse(first.at))
}
