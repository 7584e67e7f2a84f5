import { type Signal, useSignal } from '@preact/signals'
import { announce } from '../../announce.tsx'
import { useFetched } from '../../api/fetched.ts'
import { createImport } from '../../api/start-job.ts'
import type { AppOverview, ImportJobDefinition } from '../../api/types.ts'
import { bytes, plural } from '../../format.ts'
import { CodeLine } from '../../parts/code-line.tsx'
import { useAction } from '../../parts/form.tsx'
import { Page, Section } from '../../parts/page.tsx'
import { Progress } from '../../parts/progress.tsx'
import { ErrorBox, Loaded } from '../../parts/states.tsx'
import { go, place, to } from '../../router.ts'
import { isUploading, type Run, run, sentShare, unseenJob } from '../../upload/current-run.ts'
import { type Chosen, chosen, fileOfText, refused } from '../../upload/files.ts'
import { about } from '../../upload/rate.ts'
import { distinct, importUploaded } from '../../upload/run.ts'
import { TrySixRows } from '../../upload/six-rows.tsx'
import { Zone } from '../../upload/zone.tsx'
import { BucketForm } from './bucket-form.tsx'
import { FilePreview } from './file-preview.tsx'
import { type Options, OptionsForm, readOptions } from './options-form.tsx'
import { maxChecked, useChecks } from './use-checks.ts'

/** Imports files of this machine, or objects of a bucket, into an application. */
export default function ImportPage({ app }: { app: string }) {
  const overview = useFetched<AppOverview>(to`apps/${app}`)
  // Kept while the upload is shown in the place of the files.
  const options = useSignal<Options>({})
  const action = useAction()
  const checked = useChecks(chosen.value?.files ?? none)
  const showJob = (job: string) => go(to`apps/${app}/import-jobs/${job}`)
  return (
    <Page title="Import" app={app} ready={overview.value !== undefined}>
      <Loaded isPage from={overview}>
        {() =>
          isUploading() ? (
            <Uploading run={run.value!} />
          ) : chosen.value === undefined ? (
            <>
              <Zone title="Drop a file here, or anywhere on this page">
                <button
                  type="button"
                  class="button"
                  onClick={() => {
                    write(beginning)
                  }}
                >
                  Write rows
                </button>
                <TrySixRows app={app} />
              </Zone>
              <BucketForm create={async definition => showJob((await createImport(app, definition)).Id)} />
              <Example />
            </>
          ) : (
            <ChosenFiles
              app={app}
              chosen={chosen.value}
              checked={checked}
              options={options}
              action={action}
              showJob={showJob}
            />
          )
        }
      </Loaded>
    </Page>
  )
}

const none: File[] = []

/** The header to begin with, when rows are written by hand. */
const beginning = 'Id,ChannelType,Address,User.UserId,Attributes.Plan\n'

function write(text: string, name = 'rows.csv'): void {
  const made = fileOfText(text, name)
  chosen.value = { files: [made?.file ?? new File([text], name)], text }
}

/** What is to be imported, as it will be read; how; and the button that does it. */
function ChosenFiles({
  app,
  chosen: { files, text },
  checked: { checks, retry },
  options,
  action: { busy, error, run: act },
  showJob,
}: {
  app: string
  chosen: Chosen
  checked: ReturnType<typeof useChecks>
  options: Signal<Options>
  action: ReturnType<typeof useAction>
  showJob: (job: string) => void
}) {
  const looked = files.slice(0, maxChecked).map(file => checks.get(file))
  const formats = new Set(looked.flatMap(check => (check && 'format' in check ? [check.format] : [])))
  const [format] = formats
  const canImport =
    formats.size === 1 && looked.every(check => check !== undefined && !(check instanceof Error))
  const isBad = looked.some(check => check !== undefined && ('problem' in check || check instanceof Error))
  const size = files.reduce((sum, file) => sum + file.size, 0)

  const start = () =>
    act(async () => {
      const named = files.map(file => {
        const check = checks.get(file)
        return { file, name: (check && 'name' in check && check.name) || file.name }
      })
      const definition: Omit<ImportJobDefinition, 'S3Url'> = {
        ...readOptions(options.value, nameOf(files)),
        Format: format!,
      }
      const isHere = () => place.value.path.join('/') === `apps/${app}/import`
      try {
        const job = await importUploaded(app, distinct(named), definition, text)
        if (job === undefined) return
        // Others may have been dropped meanwhile.
        if (chosen.value?.files === files) chosen.value = undefined
        if (isHere()) return showJob(job.Id)
        unseenJob.value = to`apps/${app}/import-jobs/${job.Id}`
        announce('The upload is done, and the import has begun. A link in the bar leads to its job.')
      } catch (error) {
        if (isHere()) throw error
        refused.value = (error as Error).message
      }
    })

  const replace = (left: File[]) => {
    chosen.value = left.length === 0 ? undefined : { files: left }
  }

  return (
    <>
      {text !== undefined && <Rows text={text} name={files[0]!.name} />}
      <Section
        title={files.length === 1 ? 'As it will be read' : `${plural(files.length, 'file')}, ${bytes(size)}`}
        actions={
          <button type="button" class="button" onClick={() => replace([])}>
            {files.length === 1 ? 'Take another file' : 'Take other files'}
          </button>
        }
      >
        {files.slice(0, maxChecked).map((file, index) => (
          <FilePreview
            // biome-ignore lint/suspicious/noArrayIndexKey: rows that are written make a new file with each key.
            key={index}
            file={file}
            check={checks.get(file)}
            isOpen={index < 3}
            retry={retry}
            remove={files.length === 1 ? undefined : () => replace(files.filter(other => other !== file))}
          />
        ))}
        {files.length > maxChecked && (
          <p class="hint">{plural(files.length - maxChecked, 'more file')}, not looked at.</p>
        )}
        {formats.size > 1 && (
          <p class="field-error" role="alert">
            These are files of both formats, and an import reads one: remove those of the other, and import
            them after these.
          </p>
        )}
      </Section>
      <OptionsForm options={options} segmentName={nameOf(files)} />
      {error && <ErrorBox error={error} />}
      <div class="actions">
        <button
          type="button"
          class={`button ${isBad ? '' : 'main'}`}
          disabled={!canImport}
          aria-busy={busy}
          onClick={start}
        >
          {`Import ${plural(files.length, 'file')}${isBad && canImport ? ' anyway' : ''}`}
        </button>
      </div>
    </>
  )
}

/** A name for the segment that files make. */
const nameOf = ([first]: File[]): string => first!.name.replace(/(\.(csv|json|jsonl|ndjson|txt|gz))+$/i, '')

/** The rows themselves, where they were written or pasted here. */
const Rows = ({ text, name }: { text: string; name: string }) => (
  <div class="field">
    <label for="rows">Rows</label>
    <textarea
      id="rows"
      class="rows"
      spellcheck={false}
      value={text}
      onInput={event => {
        chosen.value = {
          files: [new File([event.currentTarget.value], name)],
          text: event.currentTarget.value,
        }
      }}
    />
  </div>
)

/** The first half of the bar; the job's page shows the second. */
function Uploading({ run }: { run: Run }) {
  const { files, bytes: sent, left, perSecond, cancel } = run
  const parts = [
    `${bytes(sent.sent)} of ${bytes(sent.total)}`,
    perSecond !== undefined && `${bytes(perSecond)}/s`,
    left !== undefined && about(left),
  ]
  return (
    <Section
      title={`Uploading ${plural(files.length, 'file')}`}
      actions={
        <button type="button" class="button" onClick={cancel}>
          Cancel
        </button>
      }
    >
      <Progress
        label="Upload and import"
        value={sentShare(run) / 2}
        text={parts.filter(Boolean).join(' · ')}
      />
      <p class="hint">
        Other pages can be looked at meanwhile: the bar says how far it is. Closing this tab ends the upload.
      </p>
    </Section>
  )
}

const Example = () => (
  <Section title="What a file looks like">
    <p>
      The first line of a CSV file names its columns; each other line is an endpoint. A record without an{' '}
      <code>Id</code> needs <code>ChannelType</code> and <code>Address</code>. What is your own goes into{' '}
      <code>Attributes.…</code>, <code>Metrics.…</code> and <code>User.UserAttributes.…</code>
    </p>
    <CodeLine
      text={'Id,ChannelType,Address,User.UserId,Attributes.Plan\nann-email,EMAIL,ann@example.com,ann,free'}
    />
    <p>Newline-delimited JSON has an object on each line:</p>
    <CodeLine
      text={
        '{"Id":"ann-email","ChannelType":"EMAIL","Address":"ann@example.com","User":{"UserId":"ann"},"Attributes":{"Plan":["free"]}}'
      }
    />
  </Section>
)
