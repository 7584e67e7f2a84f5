import { createExport } from '../../api/start-job.ts'
import type { ExportJobPage as Details, ExportJob } from '../../api/types.ts'
import { count } from '../../format.ts'
import { CopyAs } from '../../parts/copy-as.tsx'
import { ActionButton } from '../../parts/form.tsx'
import { Icon } from '../../parts/icon.tsx'
import { objectWords } from '../../parts/jobs.tsx'
import { Section } from '../../parts/page.tsx'
import { Status } from '../../parts/status.tsx'
import { Table } from '../../parts/table.tsx'
import { go, to } from '../../router.ts'
import { Definition } from './definition.tsx'
import { JobView } from './job-view.tsx'
import { useJob } from './use-job.ts'

/** Objects that are named; a job may have thousands. */
const objectsShown = 100

/** An export job, watched object by object until it is over. */
export default function ExportJobPage({ app, job }: { app: string; job: string }) {
  const address = to`apps/${app}/export-jobs/${job}`
  const watched = useJob<Details>(job, address)
  return (
    <JobView
      app={app}
      title={`Export${watched.from.value ? objectWords(watched.from.value.job) : ''}`}
      noun="endpoints"
      address={address}
      watched={watched}
      actions={({ job }) => <Actions app={app} job={job} />}
    >
      {({ job: { Failures = [], Definition: definition }, pieces }, { letters }) => (
        <>
          {Failures.length > 0 && (
            <Section title="Why it failed">
              <ul>
                {Failures.map(failure => (
                  <li key={failure}>{failure}</li>
                ))}
              </ul>
            </Section>
          )}
          {pieces.length > 0 && (
            <Section title="Objects">
              <Table
                caption="Objects that the export writes"
                columns={[
                  { head: 'Object', wide: true, cell: ({ object }) => <code title={object}>{object}</code> },
                  { head: 'Endpoints', number: true, cell: ({ endpoints }) => count(endpoints) },
                  {
                    head: 'Status',
                    cell: ({ index, status }) => (
                      <Status status={{ C: 'COMPLETED', F: 'FAILED' }[letters.get(index) ?? ''] ?? status} />
                    ),
                  },
                ]}
                rows={pieces.slice(0, objectsShown)}
                keyOf={({ object }) => object}
              />
              {pieces.length > objectsShown && (
                <p class="hint">And {count(pieces.length - objectsShown)} more.</p>
              )}
            </Section>
          )}
          <Definition definition={definition} app={app} isThere />
        </>
      )}
    </JobView>
  )
}

const Actions = ({ app, job: { Definition } }: { app: string; job: ExportJob }) => (
  <>
    <CopyAs method="POST" path={to`/v1/apps/${app}/jobs/export`} body={JSON.stringify(Definition)} />
    <ActionButton
      does={async () => {
        const { Id } = await createExport(app, Definition)
        go(to`apps/${app}/export-jobs/${Id}`)
      }}
    >
      <Icon name="rotate-ccw" />
      Run it again
    </ActionButton>
  </>
)
