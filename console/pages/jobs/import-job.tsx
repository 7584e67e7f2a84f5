import { controlUrl } from '../../api/calls.ts'
import { createImport } from '../../api/start-job.ts'
import type { ImportJobPage as Details, ImportJob, ImportJobDefinition } from '../../api/types.ts'
import { plural } from '../../format.ts'
import { CopyAs } from '../../parts/copy-as.tsx'
import { ActionButton } from '../../parts/form.tsx'
import { Icon } from '../../parts/icon.tsx'
import { objectWords } from '../../parts/jobs.tsx'
import { Section } from '../../parts/page.tsx'
import { go, place, to } from '../../router.ts'
import { run } from '../../upload/current-run.ts'
import { chosen, isUpload } from '../../upload/files.ts'
import { Definition } from './definition.tsx'
import { Failures } from './failures.tsx'
import { isOver } from './job-path.ts'
import { JobView } from './job-view.tsx'
import { useJob, type WatchedJob } from './use-job.ts'

/** Failures of a page of their list. */
const failuresShown = 100

/** An import job, watched piece by piece until it is over. */
export default function ImportJobPage({ app, job }: { app: string; job: string }) {
  const address = to`apps/${app}/import-jobs/${job}`
  const token = place.value.query.get('token')
  const page = `page-size=${failuresShown}${token === null ? '' : to`&token=${token}`}`
  const watched = useJob<Details>(
    job,
    `${address}?${page}`,
    // New failures stand at the end of the list.
    ({ failures }) => failures.items.length < failuresShown,
  )
  return (
    <JobView
      app={app}
      title={`Import${watched.from.value ? objectWords(watched.from.value.job) : ''}`}
      noun="records"
      address={address}
      watched={watched}
      uploaded={run.value?.job === job ? 0.5 : 0}
      actions={({ job }) => <Actions app={app} job={job} />}
    >
      {(details, watched) => (
        <>
          <Outcome app={app} details={details} watched={watched} />
          {(watched.failed > 0 || details.failures.items.length > 0) && (
            <Section
              title={
                watched.failed > 0
                  ? plural(watched.failed, 'record failed', 'records failed')
                  : 'Why it failed'
              }
              actions={
                <a class="button" href={new URL(`${address}/failures.csv`, controlUrl).href} download>
                  <Icon name="download" />
                  failures.csv
                </a>
              }
            >
              <Mend app={app} job={job} isFailed={watched.status === 'FAILED'} details={details} />
              <Failures failures={details.failures} isOld={watched.from.isOld} />
            </Section>
          )}
          <Skipped details={details} />
          <Definition
            definition={details.job.Definition}
            app={app}
            isThere={watched.status === 'COMPLETED'}
          />
        </>
      )}
    </JobView>
  )
}

/**
 * What CreateImportJob is to be given to do the same again. A segment that the job made for itself
 * has the job's id, and may not be there.
 */
function again({ Id, Definition: { SegmentId, ...others } }: ImportJob): ImportJobDefinition {
  return SegmentId === undefined || SegmentId === Id ? others : { ...others, SegmentId }
}

const Actions = ({ app, job }: { app: string; job: ImportJob }) => (
  <>
    <CopyAs method="POST" path={to`/v1/apps/${app}/jobs/import`} body={JSON.stringify(again(job))} />
    <ActionButton
      does={async () => {
        const { Id } = await createImport(app, again(job))
        go(to`apps/${app}/import-jobs/${Id}`)
      }}
    >
      <Icon name="rotate-ccw" />
      Run it again
    </ActionButton>
  </>
)

/** What there is now that the job is over. */
function Outcome({ app, details, watched }: { app: string; details: Details; watched: WatchedJob<Details> }) {
  const { Id, Definition } = details.job
  if (!isOver(watched.status)) return null
  if (watched.status === 'FAILED') {
    return (
      <p>
        Nothing of it was kept: endpoints that it changed are as they were before, and those that it created
        are gone.
      </p>
    )
  }
  return (
    <div class="actions">
      <a class="button" href={`${to`apps/${app}/endpoints`}?import-job=${encodeURIComponent(Id)}`}>
        <Icon name="smartphone" />
        Endpoints of this import
      </a>
      {Definition.DefineSegment && Definition.SegmentId && (
        <a class="button" href={to`apps/${app}/segments/${Definition.SegmentId}`}>
          <Icon name="users" />
          {`Segment ${Definition.SegmentName ?? ''}`}
        </a>
      )}
    </div>
  )
}

/** What to do about records that failed. */
function Mend({
  app,
  job,
  isFailed,
  details: {
    failures,
    job: { Definition },
  },
}: {
  app: string
  job: string
  isFailed: boolean
  details: Details
}) {
  const { value } = run
  const text = value?.job === job ? value.text : undefined
  const isOfLines = failures.items.some(({ line }) => line !== undefined)
  return (
    <div class="mend">
      <p>
        {!isFailed
          ? 'Mend these lines in your file and drop it here again. What was imported already is updated, not doubled.'
          : isOfLines
            ? 'Mend the file and drop it here again.'
            : isUpload(Definition.S3Url)
              ? text === undefined
                ? 'If the file is to blame or gone, mend it and drop it here again; else run it again.'
                : 'If the rows are to blame or gone, mend them here; else run it again.'
              : 'Mend what is named here, such as a key, a bucket, the format or a header, and run it again.'}
      </p>
      {text !== undefined && (
        <ActionButton
          does={async () => {
            chosen.value = { files: [new File([text], value!.files[0]!.name)], text }
            go(to`apps/${app}/import`)
          }}
        >
          <Icon name="pencil" />
          Mend the rows here
        </ActionButton>
      )}
    </div>
  )
}

/** Objects under the prefix that the job does not read, which is seldom what somebody wants. */
const Skipped = ({ details: { skipped, skippedTotal } }: { details: Details }) =>
  skippedTotal === 0 ? null : (
    <Section title={plural(skippedTotal, 'object was skipped', 'objects were skipped')}>
      <ul class="skipped">
        {skipped.map(({ object, reason }) => (
          <li key={object}>
            <code>{object}</code> <span class="meta">{reason}</span>
          </li>
        ))}
      </ul>
    </Section>
  )
