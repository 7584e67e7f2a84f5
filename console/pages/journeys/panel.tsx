import type { Activity } from '../../../server/model/journey.ts'
import { count } from '../../format.ts'
import { CopyButton } from '../../parts/copy.tsx'
import { Icon } from '../../parts/icon.tsx'
import { SegmentLink } from '../../parts/segment-link.tsx'
import { Table } from '../../parts/table.tsx'
import { to } from '../../router.ts'
import { type Counts, kindOf, waysOf } from './graph.ts'
import { SelectLink } from './select-link.tsx'
import { activityWords, conditionWords, waitWords } from './words.ts'

/** All about one activity. `useFocus` moves the focus here when the activity is selected. */
export function Panel({
  app,
  name,
  activity,
  counts,
}: {
  app: string
  /** The key of the activity. */
  name: string
  activity: Activity
  counts: Counts | undefined
}) {
  const metrics = Object.entries(counts?.activities[name] ?? {})
  const definition = JSON.stringify(activity, undefined, 2)
  const { EMAIL, SMS, PUSH } = activity
  const template = (EMAIL ?? SMS ?? PUSH)?.TemplateName
  return (
    <section class="panel card" aria-label={`Activity ${name}`} tabIndex={-1}>
      <header>
        <div>
          <h3>{name}</h3>
          <p class="meta">{kindOf(activity) ?? 'of no kind yet'}</p>
        </div>
        <SelectLink activity={name} selected={name} class="icon-button">
          <Icon name="x" />
          <span class="sr-only">Close</span>
        </SelectLink>
      </header>
      <p>{activityWords(activity)}</p>
      {activity.Description && <p class="hint">{activity.Description}</p>}
      <Conditions app={app} activity={activity} />
      <ul class="panel-ways">
        {waysOf(activity).map(way => (
          <li key={way.counters?.join()}>
            {way.name ? `${way.name}: ` : 'Then '}
            {way.next ?? 'the journey ends'}
          </li>
        ))}
      </ul>
      {template && (
        <p>
          <a href={to`templates/${kindOf(activity)!.toLowerCase()}/${template}`}>Template “{template}”</a>
        </p>
      )}
      {counts &&
        (metrics.length === 0 ? (
          <p class="hint">Nobody has come through here yet.</p>
        ) : (
          <Table
            caption={`What was counted at ${name}`}
            columns={[
              { head: 'Counter', cell: ([counter]) => <code>{counter}</code> },
              { head: 'Count', number: true, cell: ([, value]) => count(Number(value)) },
            ]}
            rows={metrics}
            keyOf={([counter]) => counter}
          />
        ))}
      <div class="panel-definition">
        <h4>Definition</h4>
        <CopyButton text={definition} label="Copy the definition" />
        <pre>{definition}</pre>
      </div>
    </section>
  )
}

function Conditions({
  app,
  activity: { ConditionalSplit, MultiCondition },
}: {
  app: string
  activity: Activity
}) {
  const conditions = ConditionalSplit
    ? (ConditionalSplit.Condition?.Conditions ?? [])
    : (MultiCondition?.Branches ?? []).map(({ Condition }) => Condition ?? {})
  const wait = (ConditionalSplit ?? MultiCondition)?.EvaluationWaitTime
  if (!ConditionalSplit && !MultiCondition) return null
  const head = ConditionalSplit
    ? ConditionalSplit.Condition?.Operator === 'ANY'
      ? 'Yes, if any of these is met:'
      : 'Yes, if all of these are met:'
    : 'The first branch whose condition is met:'
  return (
    <div>
      <p>{head}</p>
      <ol class="panel-conditions">
        {conditions.map(condition => {
          const { SegmentCondition, ...rest } = condition
          return (
            <li key={JSON.stringify(condition)}>
              {SegmentCondition && (
                <>
                  in segment <SegmentLink app={app} id={SegmentCondition.SegmentId} />
                  {Object.keys(rest).length > 0 && ' and '}
                </>
              )}
              {(!SegmentCondition || Object.keys(rest).length > 0) && conditionWords(rest)}
            </li>
          )
        })}
      </ol>
      {(wait?.WaitFor || wait?.WaitUntil) && <p class="hint">Asked after a wait {waitWords(wait)}.</p>}
    </div>
  )
}
