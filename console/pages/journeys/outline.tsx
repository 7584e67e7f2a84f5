import type { ComponentChildren } from 'preact'
import type { Activity } from '../../../server/model/journey.ts'
import { count } from '../../format.ts'
import { Icon } from '../../parts/icon.tsx'
import { type Counts, type Step, stepsOf, type Way, wentBy } from './graph.ts'
import { SelectLink } from './select-link.tsx'
import { activityWords, iconOf } from './words.ts'

interface OutlineProps {
  activities: Record<string, Activity>
  start: string | undefined
  counts: Counts | undefined
  /** How many are at an activity now, in words, by its key. */
  here: Map<string, string> | undefined
  selected: string | undefined
  /** Shown below the selected activity. */
  panel: ComponentChildren
}

/** The journey as a nested list: for screen readers, and where there is no room for a drawing. */
export function Outline(props: OutlineProps) {
  const { activities, start, counts } = props
  const { steps, apart } = stepsOf({ Activities: activities, ...(start && { StartActivity: start }) })
  return (
    <div class="outline">
      {counts && <p>Start: {count(Number(counts.journey.ENDPOINT_ENTERED ?? 0))} entered</p>}
      {!start && <p class="hint">No activity is the first one yet.</p>}
      <Steps {...props} steps={steps} />
      {apart.length > 0 && (
        <>
          <p class="hint">Nothing leads to these:</p>
          <Steps {...props} steps={apart} />
        </>
      )}
    </div>
  )
}

const Steps = ({ steps, ...props }: OutlineProps & { steps: Step[] }) => (
  <ol>
    {steps.map(({ key, ways }) => (
      <li key={`${key} ${ways ? '' : 'again'}`}>
        {ways === undefined ? (
          <Earlier {...props} activity={key} />
        ) : (
          <StepItem {...props} step={{ key, ways }} />
        )}
      </li>
    ))}
  </ol>
)

const Earlier = ({ activity, activities, selected }: OutlineProps & { activity: string }) =>
  Object.hasOwn(activities, activity) ? (
    <p class="step">
      <Icon name="corner-down-left" />
      <span>
        On to{' '}
        <SelectLink class="" activity={activity} selected={selected}>
          {activity}
        </SelectLink>
        , as above
      </span>
    </p>
  ) : (
    <p class="step">
      <Icon name="triangle-alert" />
      <span>There is no activity {activity}</span>
    </p>
  )

function StepItem({ step: { key, ways }, ...props }: OutlineProps & { step: Required<Step> }) {
  const { activities, counts, here, selected, panel } = props
  const activity = activities[key]!
  const numberOf = (way: Way) => counts && count(wentBy(way, counts.activities[key]))
  const [only] = ways
  const isSingle = ways.length === 1 && only!.way.name === ''
  const facts = [key, here?.get(key), isSingle && counts && `${numberOf(only!.way)} went on`]
  return (
    <>
      <div class="step" data-row>
        <Icon name={iconOf(activity)} />
        <p>
          <SelectLink activity={key} selected={selected} class="">
            {activityWords(activity)}
          </SelectLink>{' '}
          <span class="meta">{facts.filter(Boolean).join(' · ')}</span>
        </p>
      </div>
      {key === selected && panel}
      {!isSingle && (
        <ul>
          {ways.map(({ way, steps }) => (
            <li key={way.counters?.join()}>
              <p class="way">
                {way.name}
                {counts && ` · ${numberOf(way)}`}
                {way.next === undefined && <span class="meta"> · the journey ends</span>}
              </p>
              {steps.length > 0 && <Steps {...props} steps={steps} />}
            </li>
          ))}
        </ul>
      )}
    </>
  )
}
