import { useSignal } from '@preact/signals'
import { useEffect, useId } from 'preact/hooks'
import type { Fault } from '../../../server/model/fault.ts'
import type { JobControl } from '../../../server/model/job-control.ts'
import { announce } from '../../announce.tsx'
import { call } from '../../api/calls.ts'
import { useFetched } from '../../api/fetched.ts'
import { useReload } from '../../api/live.ts'
import { count } from '../../format.ts'
import { bound, SelectField, TextField } from '../../parts/fields.tsx'
import { ActionButton, ActionForm, useAction } from '../../parts/form.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Page, Section } from '../../parts/page.tsx'
import { Empty, ErrorBox, Loaded } from '../../parts/states.tsx'
import { Table } from '../../parts/table.tsx'
import { place, to, withQuery } from '../../router.ts'
import { describeRule, type RuleField, ruleKinds, toRule } from './rule-fields.ts'

/** Rules that make calls, jobs and messages fail, and how jobs advance. */
export default function FaultsPage() {
  const faults = useFetched<{ items: Fault[] }>('faults')
  useReload(faults.reload, ['faults'])
  return (
    <Page
      title="Faults"
      ready={faults.value !== undefined}
      actions={
        faults.value?.items.length !== 0 && (
          <ActionButton
            does={async () => {
              await call('DELETE', 'faults')
              announce('All rules are removed.')
              faults.reload()
            }}
          >
            <Icon name="trash" />
            Remove all rules
          </ActionButton>
        )
      }
    >
      <Loaded from={faults}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty icon="zap" title="Nothing fails on purpose">
              <p>
                A rule makes calls fail or slow, jobs fail or hang, or messages fail, so that a test sees how
                code bears it.
              </p>
            </Empty>
          ) : (
            <Rules rules={items} reload={faults.reload} />
          )
        }
      </Loaded>
      <NewRule added={faults.reload} />
      <JobsAdvance />
    </Page>
  )
}

const Rules = ({ rules, reload }: { rules: Fault[]; reload: () => void }) => (
  <Table
    caption="Fault rules, in the order in which they apply"
    rows={rules}
    keyOf={({ id }) => id}
    columns={[
      {
        head: 'Applies to',
        cell: ({ job, message, operation }) =>
          job ? 'Jobs' : typeof message === 'object' ? 'Messages' : (operation ?? 'All calls'),
      },
      {
        head: 'Rule',
        wide: true,
        cell: rule => <code title={describeRule(rule)}>{describeRule(rule)}</code>,
      },
      {
        head: 'Left',
        number: true,
        cell: ({ times, timesLeft }) =>
          times === undefined ? 'always' : `${count(timesLeft)} of ${count(times)}`,
      },
      { head: 'Probability', number: true, cell: ({ probability }) => probability ?? '1' },
      {
        head: 'Remove',
        cell: ({ id }) => (
          <ActionButton
            does={async () => {
              await call('DELETE', to`faults/${id}`)
              announce('The rule is removed.')
              reload()
            }}
          >
            Remove
          </ActionButton>
        ),
      },
    ]}
  />
)

function NewRule({ added }: { added: () => void }) {
  const asked = place.value.query.get('new')
  const kind = ruleKinds.find(({ name }) => name === asked) ?? ruleKinds[0]!
  const typed = useSignal<Record<string, string>>({})
  const add = async () => {
    await call('POST', 'faults', { body: toRule(kind, typed.value) })
    typed.value = {}
    announce('The rule is added.')
    added()
  }
  return (
    <Section title="New rule">
      <nav class="tabs" aria-label="What fails">
        {ruleKinds.map(({ name, title }) => (
          <a
            key={name}
            href={withQuery({ new: name })}
            aria-current={name === kind.name ? 'page' : undefined}
          >
            {title}
          </a>
        ))}
      </nav>
      <ActionForm
        // Else the error of one kind would stay under the form of the next.
        key={kind.name}
        class="rule"
        does={add}
        label={
          <>
            <Icon name="plus" />
            Add the rule
          </>
        }
      >
        {kind.fields.map(field => (
          <Member
            key={field.member}
            {...field}
            value={typed.value[field.member] ?? ''}
            change={value => {
              typed.value = { ...typed.value, [field.member]: value }
            }}
          />
        ))}
      </ActionForm>
    </Section>
  )
}

function Member({
  label,
  hint,
  options,
  suggested,
  isNumber,
  ...bound
}: RuleField & { value: string; change: (value: string) => void }) {
  const list = useId()
  if (options) return <SelectField label={label} hint={hint} none="-" choices={options} {...bound} />
  return (
    <>
      <TextField
        label={label}
        hint={hint}
        list={suggested && list}
        autocomplete="off"
        inputMode={isNumber ? 'decimal' : undefined}
        {...bound}
      />
      {suggested && (
        <datalist id={list}>
          {suggested.map(one => (
            <option key={one} value={one} />
          ))}
        </datalist>
      )}
    </>
  )
}

const modes: Record<JobControl['mode'], string> = {
  immediate: 'At once: a job goes on as soon as the work of a state is done',
  timed: 'Timed: a job waits in each state',
  manual: 'By hand: a job is held in each state until it is advanced',
}

function JobsAdvance() {
  const control = useFetched<JobControl>('job-control')
  useReload(control.reload, ['faults'])
  const { busy, error, run } = useAction()
  /** What was chosen, until it is set. What is chosen meanwhile is set next. */
  const chosen = useSignal<JobControl | undefined>(undefined)
  const put = (control: JobControl) => {
    chosen.value = control
    run(setChosen)
  }
  const setChosen = async () => {
    try {
      for (let body: JobControl | undefined; body !== chosen.value; ) {
        body = chosen.value
        await call('PUT', 'job-control', { body })
        announce('How jobs advance is changed.')
        await control.reload()
      }
    } finally {
      chosen.value = undefined
    }
  }
  return (
    <Section title="How jobs advance">
      <Loaded from={{ ...control, value: chosen.value ?? control.value }}>
        {({ mode, delayMs = 1000 }) => (
          <fieldset class="modes" aria-busy={busy}>
            <legend class="sr-only">How jobs advance</legend>
            {(Object.keys(modes) as JobControl['mode'][]).map(name => (
              <label key={name} class="check">
                <input
                  type="radio"
                  name="mode"
                  checked={name === mode}
                  onChange={() => put(name === 'timed' ? { mode: name, delayMs } : { mode: name })}
                />
                {modes[name]}
              </label>
            ))}
            {mode === 'timed' && <DelayForm delayMs={delayMs} set={delayMs => put({ mode, delayMs })} />}
            {error && <ErrorBox error={error} />}
          </fieldset>
        )}
      </Loaded>
    </Section>
  )
}

/** How long a job waits. What is set, here or by others, takes the place of what was typed. */
function DelayForm({ delayMs, set }: { delayMs: number; set: (delayMs: number) => void }) {
  const text = useSignal(String(delayMs))
  useEffect(() => {
    text.value = String(delayMs)
  }, [delayMs, text])
  return (
    <form
      class="form-row"
      onSubmit={event => {
        event.preventDefault()
        set(Number(text.value))
      }}
    >
      <TextField
        label="Milliseconds in each state"
        type="number"
        required
        min="0"
        max="86400000"
        {...bound(text)}
      />
      <button type="submit" class="button">
        Set
      </button>
    </form>
  )
}
