import { useSignal } from '@preact/signals'
import { announce } from '../../announce.tsx'
import { controlUrl, get, openSession } from '../../api/calls.ts'
import { useLoaded } from '../../api/fetched.ts'
import { useReload } from '../../api/live.ts'
import type { AppOverview, AppOverviews } from '../../api/types.ts'
import { bytes, count } from '../../format.ts'
import { CodeLine } from '../../parts/code-line.tsx'
import { controlLine } from '../../parts/control-line.ts'
import { Facts } from '../../parts/facts.tsx'
import { ActionButton } from '../../parts/form.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Page, Section } from '../../parts/page.tsx'
import { Loaded } from '../../parts/states.tsx'
import { to } from '../../router.ts'
import { clockTime, realNow } from '../../time.ts'
import { ReplaceDialog } from './replace-dialog.tsx'
import { SnapshotPicker } from './snapshot-picker.tsx'
import { reset, restore, takeBack, undo } from './undo.ts'

/** What the user is about to do. */
type Asked = { what: 'reset'; seed: boolean } | { what: 'restore'; file: File }

const snapshotUrl = new URL('snapshot', controlUrl).href

/** The whole state: saved, restored, removed. */
export default function StatePage() {
  const apps = useLoaded('all applications', readAll)
  useReload(apps.reload, ['counts'])
  const asked = useSignal<Asked | undefined>(undefined)
  const now = asked.value
  const close = () => {
    asked.value = undefined
  }
  const done = (words: string) => () => {
    announce(words)
    apps.reload()
    close()
  }
  return (
    <Page title="State" ready={apps.value !== undefined}>
      {undo.value && <UndoCard onDone={apps.reload} />}
      <Section title="What is stored">
        <Loaded from={apps}>
          {overviews => <Facts of={totalsOf(overviews).map(([name, total]) => [name, count(total)])} />}
        </Loaded>
        <p class="hint">
          Besides: message templates, recommenders, fault rules, how jobs advance, and the clock. All of it is
          in one SQLite file in the folder that DATA_DIR names.
        </p>
      </Section>
      <Section title="Snapshot">
        <p>
          A snapshot is the whole state as one SQLite file, running jobs included. It can be restored here, in
          another emulator, and by a later version. Files that were uploaded are not in it.
        </p>
        <div class="actions">
          <ActionButton does={download}>
            <Icon name="camera" />
            Download a snapshot
          </ActionButton>
        </div>
        <SnapshotPicker
          choose={file => {
            asked.value = { what: 'restore', file }
          }}
        />
        <CodeLine
          text={[`-o state.db ${snapshotUrl}`, `-T state.db ${snapshotUrl}`].map(controlLine).join('\n')}
        />
      </Section>
      <Section title="Reset">
        <p>
          A reset removes everything, stops what runs, and makes the clock real. With a seed, the emulator
          then is as it was at its first start.
        </p>
        <div class="actions">
          {[false, true].map(seed => (
            <button
              key={String(seed)}
              type="button"
              class="button danger"
              onClick={() => {
                asked.value = { what: 'reset', seed }
              }}
            >
              <Icon name="trash" />
              {seed ? 'Reset to the seed' : 'Reset'}
            </button>
          ))}
        </div>
        <CodeLine
          text={[`-X POST ${controlUrl}reset`, `-X POST "${controlUrl}reset?seed=true"`]
            .map(controlLine)
            .join('\n')}
        />
      </Section>
      <Section title="Seed">
        <p>
          A seed is a JSON file with applications, endpoints and imports that are there whenever the emulator
          has started. It is named at the start, and applied again by “Reset to the seed”.
        </p>
        <CodeLine text="pinpoint-local --seed seed.json" />
        <CodeLine
          text={
            '{"apps": [{"Id": "0123456789abcdef0123456789abcdef", "Name": "demo",\n  "endpoints": [{"Id": "e1", "ChannelType": "EMAIL", "Address": "ann@example.com"}]}]}'
          }
        />
      </Section>
      {now?.what === 'reset' && (
        <ReplaceDialog
          title={now.seed ? 'Reset to the seed?' : 'Reset?'}
          label={now.seed ? 'Reset to the seed' : 'Reset'}
          what="reset"
          replace={() => reset(now.seed)}
          done={done('Everything is removed.')}
          close={close}
        >
          <Lost apps={apps.value} more="so do uploaded files, the request log and the counts of usage" />
        </ReplaceDialog>
      )}
      {now?.what === 'restore' && (
        <ReplaceDialog
          title="Restore the snapshot?"
          label="Restore"
          what="restore"
          total={now.file.size}
          replace={(onProgress, signal) => restore(now.file, onProgress, signal)}
          done={done('The snapshot is restored.')}
          close={close}
        >
          <p>
            {now.file.name} ({bytes(now.file.size)}) replaces all that is here.
          </p>
          <Lost apps={apps.value} more="so does the request log" />
        </ReplaceDialog>
      )}
    </Page>
  )
}

/** Reads how much every application holds. */
async function readAll(signal: AbortSignal): Promise<AppOverview[]> {
  const all: AppOverview[] = []
  for (let more: string | undefined = ''; more !== undefined; ) {
    const { items, nextToken }: AppOverviews = await get(`apps?page-size=1000${more}`, signal)
    all.push(...items)
    more = nextToken && to`&token=${nextToken}`
  }
  return all
}

/** How much of each kind there is, in all applications together. */
function totalsOf(apps: AppOverview[]): [name: string, total: number][] {
  const sum = (of: (app: AppOverview) => number) => apps.reduce((total, app) => total + of(app), 0)
  return [
    ['Applications', apps.length],
    ['Endpoints', sum(({ endpoints }) => endpoints.total)],
    ['Segments', sum(({ segments }) => segments)],
    ['Jobs', sum(({ importJobs, exportJobs }) => importJobs + exportJobs)],
    ['Campaigns', sum(({ campaigns }) => campaigns)],
    ['Journeys', sum(({ journeys }) => journeys)],
    ['Messages', sum(({ messages }) => messages)],
  ]
}

/**
 * What goes when the state is replaced.
 *
 * @param more says what goes besides, though it is in no snapshot
 */
function Lost({ apps, more }: { apps: AppOverview[] | undefined; more: string }) {
  const lost = apps === undefined ? [] : totalsOf(apps).filter(([, total]) => total > 0)
  const words = lost.map(
    ([name, total]) =>
      `${count(total)} ${total === 1 ? name.slice(0, -1).toLowerCase() : name.toLowerCase()}`,
  )
  return (
    <p>
      {words.length > 0 && `This removes ${words.join(', ')}; `}
      {words.length > 0 ? 'all' : 'All'} message templates, recommenders and fault rules go as well, and{' '}
      {more}.
    </p>
  )
}

async function download(): Promise<void> {
  await openSession()
  const link = document.createElement('a')
  link.href = snapshotUrl
  link.download = ''
  link.click()
}

/** Brings back what the latest reset or restore in this tab has replaced. */
function UndoCard({ onDone }: { onDone: () => void }) {
  const { what, snapshot, taken } = undo.value!
  return (
    <div class="card undo">
      <p>
        This tab keeps the state from before the {what}, of {clockTime(taken.getTime(), realNow.value)} (
        {bytes(snapshot.size)}).
      </p>
      <div class="actions">
        <ActionButton
          kind="main"
          does={async () => {
            await takeBack()
            announce(`The ${what} is undone.`)
            onDone()
          }}
        >
          <Icon name="undo-2" />
          Undo the {what}
        </ActionButton>
        <button
          type="button"
          class="button"
          onClick={() => {
            undo.value = undefined
          }}
        >
          Forget it
        </button>
      </div>
    </div>
  )
}
