import { useSignal } from '@preact/signals'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import type { JourneyResponse, JourneyRunResponse, State } from '../../../server/model/journey.ts'
import { announce } from '../../announce.tsx'
import { call } from '../../api/calls.ts'
import { useFetched } from '../../api/fetched.ts'
import { useLive, useReload } from '../../api/live.ts'
import { useOverlay } from '../../api/overlay.ts'
import type { JourneyEvent } from '../../api/types.ts'
import { count, cutId, plural } from '../../format.ts'
import { ConfirmButton, DeleteButton } from '../../parts/confirm.tsx'
import { Id } from '../../parts/copy.tsx'
import { CopyAs } from '../../parts/copy-as.tsx'
import { ActionButton, Field } from '../../parts/form.tsx'
import { Icon } from '../../parts/icon.tsx'
import { useItemPage } from '../../parts/item-page.ts'
import { Page, Section } from '../../parts/page.tsx'
import { type ListPage, PagedTable } from '../../parts/paged-table.tsx'
import { isFirstPage } from '../../parts/pager.tsx'
import { Empty, ErrorBox, Loaded } from '../../parts/states.tsx'
import { Status } from '../../parts/status.tsx'
import { StepClock } from '../../parts/step-clock.tsx'
import type { Column } from '../../parts/table.tsx'
import { Time } from '../../parts/time.tsx'
import { go, place, to, withQuery } from '../../router.ts'
import { clockTime } from '../../time.ts'
import { Drawing } from './drawing.tsx'
import { JourneyFacts } from './facts.tsx'
import { type Counts, graphOf, whoIsWhere } from './graph.ts'
import { Outline } from './outline.tsx'
import { Panel } from './panel.tsx'
import { useCounts, useCountsOfOnlyRun } from './reading.ts'

/** One journey: drawn, with what was counted on its ways; what can be done with it; its runs. */
export default function JourneyPage({ app, journey: id }: { app: string; journey: string }) {
  const address = to`v1/apps/${app}/journeys/${id}`
  const journey = useFetched<JourneyResponse>(address)
  useReload<'journey'>(
    journey.reload,
    ['journey'],
    event =>
      event.app === app &&
      event.id === id &&
      (event.state !== journey.value?.State || event.modifiedAt !== journey.value.LastModifiedDate),
  )
  const state = useOverlay<State | undefined>('journey', journey.value, undefined)
  useLive('journey', event => {
    if (event.app === app && event.id === id) state.value = event.state
  })
  const shown = state.value ?? journey.value?.State ?? 'DRAFT'
  return (
    <Page
      title={journey.value?.Name ?? 'Journey'}
      app={app}
      above={[['Journeys', to`apps/${app}/journeys`]]}
      beside={journey.value && <Status status={shown} />}
      actions={
        journey.value && (
          <>
            <CopyAs method="GET" path={`/${address}`} />
            <StepClock />
            <StateButtons
              address={address}
              state={shown}
              journey={journey.value}
              onChanged={() => {
                state.value = undefined
                journey.reload()
              }}
            />
            <DeleteJourney app={app} address={address} journey={journey.value} />
          </>
        )
      }
      ready={journey.value !== undefined}
    >
      <Loaded isPage from={journey}>
        {value => <Content app={app} id={id} journey={value} state={shown} />}
      </Loaded>
    </Page>
  )
}

function Content({
  app,
  id,
  journey,
  state,
}: {
  app: string
  id: string
  journey: JourneyResponse
  state: State
}) {
  const { query } = place.value
  const run = query.get('run') ?? undefined
  const runs = useItemPage<JourneyRunResponse>(to`v1/apps/${app}/journeys/${id}/runs`)
  const isMine = (event: JourneyEvent) => event.app === app && event.id === id
  useReload<'journey'>(runs.reload, ['journey'], isMine)
  const counts = useCounts(app, id, state === 'DRAFT' ? undefined : journey, run)
  const ofOnlyRun = useCountsOfOnlyRun(app, id, run === undefined && state !== 'DRAFT')
  useReload<'journey'>(ofOnlyRun.reload, ['journey'], isMine)
  return (
    <>
      <JourneyFacts app={app} journey={journey} />
      <Section
        title="Activities"
        actions={
          <>
            <RunChoice page={runs.value} run={run} />
            <a class="button" href={`outbox?journey=${encodeURIComponent(id)}`}>
              <Icon name="inbox" />
              Its messages
            </a>
          </>
        }
      >
        {counts.error && <ErrorBox error={counts.error} retry={counts.reload} />}
        {state !== 'DRAFT' && counts.value && (
          <Totals counters={{ ...ofOnlyRun.value, ...counts.value.journey }} />
        )}
        <Activities app={app} journey={journey} counts={state === 'DRAFT' ? undefined : counts.value} />
      </Section>
      <Section title="Runs">
        <PagedTable
          page={runs}
          caption="Runs of the journey"
          columns={runColumns}
          keyOf={({ RunId }) => RunId}
          empty={<p class="hint">None yet. The first run is there when the journey is published.</p>}
        />
      </Section>
    </>
  )
}

const runColumns: Column<JourneyRunResponse>[] = [
  { head: 'Run', cell: ({ RunId }) => <Id id={RunId} /> },
  { head: 'Status', cell: ({ Status: status }) => <Status status={status} /> },
  { head: 'Created', number: true, cell: ({ CreationTime }) => <Time at={CreationTime} /> },
  { head: 'Changed', number: true, cell: ({ LastUpdateTime }) => <Time at={LastUpdateTime} /> },
]

/**
 * Asks whose counts are shown: those of all runs, or of a run on the page of the list that is shown.
 * The one that is chosen stays among them.
 */
function RunChoice({
  page: { items: runs, nextToken } = { items: [] },
  run,
}: {
  page: ListPage<JourneyRunResponse> | undefined
  run: string | undefined
}) {
  const isOnPage = run === undefined || runs.some(({ RunId }) => RunId === run)
  const isOnlyPage = isFirstPage() && nextToken === undefined
  if (isOnlyPage && runs.length < 2) return null
  return (
    <div class="filters">
      <Field label="Counts of" hint={!isOnlyPage && 'The runs on this page of the list below.'}>
        {ties => (
          <select
            {...ties}
            value={run ?? ''}
            onChange={event => go(withQuery({ run: event.currentTarget.value }), { replace: true })}
          >
            <option value="">All runs</option>
            {!isOnPage && <option value={run}>The run {cutId(run)}</option>}
            {runs.map(({ RunId, CreationTime }) => (
              <option key={RunId} value={RunId}>
                The run of {clockTime(Date.parse(CreationTime))}
              </option>
            ))}
          </select>
        )}
      </Field>
    </div>
  )
}

/** The counters of a journey, or of a run, that say how it goes, and all others, which say why. */
function Totals({ counters }: { counters: Record<string, string> }) {
  const { ENDPOINT_ENTERED, ENDPOINT_ACTIVE, ENDPOINT_LEFT, ...others } = counters
  const rest = Object.entries(others)
  return (
    <div class="totals">
      <p>
        <b>{count(Number(ENDPOINT_ENTERED ?? 0))}</b> entered, <b>{count(Number(ENDPOINT_ACTIVE ?? 0))}</b>{' '}
        inside, <b>{count(Number(ENDPOINT_LEFT ?? 0))}</b> left
      </p>
      {rest.length > 0 && (
        <p class="meta">{rest.map(([name, value]) => `${name} ${count(Number(value))}`).join(' · ')}</p>
      )}
    </div>
  )
}

/** Where there is no room for a drawing. */
const narrow = window.matchMedia('(max-width: 800px)')

function Activities({
  app,
  journey,
  counts,
}: {
  app: string
  journey: JourneyResponse
  counts: Counts | undefined
}) {
  const { query } = place.value
  const isNarrow = useSignal(narrow.matches)
  useEffect(() => {
    const look = () => {
      isNarrow.value = narrow.matches
    }
    narrow.addEventListener('change', look)
    return () => narrow.removeEventListener('change', look)
  }, [isNarrow])
  const { Activities: activities = {}, StartActivity } = journey
  const graph = useMemo(() => graphOf(journey), [journey])
  const view = query.get('view') ?? (isNarrow.value ? 'list' : 'drawing')
  const selected = query.get('activity') ?? undefined
  const content = useFocus(selected)
  if (Object.keys(activities).length === 0) {
    return (
      <Empty icon="route" title="No activity yet">
        <p>UpdateJourney gives the draft its Activities and its StartActivity.</p>
      </Empty>
    )
  }
  const activity =
    selected !== undefined && Object.hasOwn(activities, selected) ? activities[selected] : undefined
  const panel = activity && selected && (
    <Panel app={app} name={selected} activity={activity} counts={counts} />
  )
  return (
    <div class="activities" ref={content}>
      <nav class="tabs" aria-label="How the activities are shown">
        {(['drawing', 'list'] as const).map(name => (
          <a
            key={name}
            href={withQuery({ view: name })}
            aria-current={view === name ? 'true' : undefined}
            onClick={event => {
              event.preventDefault()
              go(withQuery({ view: name }), { replace: true })
            }}
          >
            {name === 'drawing' ? 'Drawing' : 'List'}
          </a>
        ))}
      </nav>
      {view === 'list' ? (
        <Outline
          activities={activities}
          start={StartActivity}
          counts={counts}
          here={counts && whoIsWhere(graph, counts)}
          selected={selected}
          panel={panel}
        />
      ) : (
        <div class={`drawing-and-panel ${panel ? 'selected' : ''}`}>
          <Drawing graph={graph} activities={activities} counts={counts} selected={selected} />
          {panel}
        </div>
      )}
    </div>
  )
}

/**
 * Moves the focus to the panel of an activity when it is selected, and back to the activity when the
 * panel is closed: in a drawing, there may be many activities between them.
 *
 * @returns for the element that both are in
 */
function useFocus(selected: string | undefined) {
  const content = useRef<HTMLDivElement>(null)
  const last = useRef(selected)
  useEffect(() => {
    const before = last.current
    if (selected === before) return
    last.current = selected
    const find = (what: string) => content.current?.querySelector<HTMLElement>(what)
    const link = find(`[data-activity="${CSS.escape(selected ?? before!)}"]`)
    if (selected === undefined) link?.focus()
    else find('.panel')?.focus()
    // The panel must not cover it.
    link?.scrollIntoView({ block: 'nearest' })
  }, [selected])
  return content
}

const moves: Partial<Record<State, { to: State; label: string; icon: string; kind: 'main' | '' }[]>> = {
  DRAFT: [{ to: 'ACTIVE', label: 'Publish', icon: 'play', kind: 'main' }],
  ACTIVE: [{ to: 'PAUSED', label: 'Pause', icon: 'pause', kind: '' }],
  PAUSED: [{ to: 'ACTIVE', label: 'Resume', icon: 'play', kind: 'main' }],
}

/** What a caller may do with a journey in its state; Pinpoint pauses only those that refresh. */
function StateButtons({
  address,
  state,
  journey,
  onChanged,
}: {
  address: string
  state: State
  journey: JourneyResponse
  onChanged: () => void
}) {
  const become = async (State: State) => {
    await call('PUT', `${address}/state`, { body: { State } })
    announce(`The journey is ${State}.`)
    onChanged()
  }
  return (
    <>
      {(moves[state] ?? [])
        .filter(({ to }) => to !== 'PAUSED' || journey.RefreshFrequency)
        .map(({ to, label, icon, kind }) => (
          <ActionButton key={to} kind={kind} does={() => become(to)}>
            <Icon name={icon} />
            {label}
          </ActionButton>
        ))}
      {(state === 'ACTIVE' || state === 'PAUSED' || state === 'CLOSED') && (
        <ConfirmButton
          label={
            <>
              <Icon name="square" />
              Cancel journey
            </>
          }
          title={`Cancel ${journey.Name}?`}
          does={() => become('CANCELLED')}
        >
          <p>
            It stops for good: those who are inside stay where they are, and get nothing more. What was sent
            and counted stays.
          </p>
        </ConfirmButton>
      )}
    </>
  )
}

const DeleteJourney = ({
  app,
  address,
  journey: { Name, Activities = {} },
}: {
  app: string
  address: string
  journey: JourneyResponse
}) => (
  <DeleteButton
    label={
      <>
        <Icon name="trash" />
        Delete
      </>
    }
    title={`Delete ${Name}?`}
    address={address}
    said={`${Name} is deleted.`}
    list={to`apps/${app}/journeys`}
  >
    <p>
      The journey with its {plural(Object.keys(Activities).length, 'activity', 'activities')}, its runs and
      all that was counted is removed, and nothing of it goes on. Its messages stay in the outbox.
    </p>
  </DeleteButton>
)
