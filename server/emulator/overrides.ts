import type { Fault } from '../model/fault.ts'
import type { Store } from '../store/open-store.ts'

/** Fault rules that a warning names at most. */
const rulesNamed = 5

/**
 * Warnings about a clock that is not the machine's, a job control that differs from the settings,
 * and fault rules. They survive the process: without a warning at the next start, times would be
 * odd, jobs wait and calls fail for no visible reason.
 *
 * @param now the time of the emulator's clock
 */
export function overridesIn(
  { savedClock, jobControl, faults }: Pick<Store, 'savedClock' | 'jobControl' | 'faults'>,
  now: Date,
): string[] {
  const { mode } = savedClock.get()
  const control = jobControl.override()
  const rules = faults.list().filter(({ timesLeft }) => timesLeft !== 0)
  return [
    ...(mode === 'real'
      ? []
      : [
          `the clock ${mode === 'frozen' ? 'stands still at' : 'goes on from'} ${now.toISOString()} (set by PUT /_pinpoint/clock)`,
        ]),
    ...(control === undefined
      ? []
      : [`job control is ${effects[control.mode](control.delayMs)} (set by PUT /_pinpoint/job-control)`]),
    ...(rules.length === 0 ? [] : [describeRules(rules)]),
  ]
}

const effects = {
  manual: () => 'manual: jobs wait for POST /_pinpoint/apps/{app}/import-jobs/{id}/advance',
  timed: (delayMs = 0) => `timed: jobs rest for ${delayMs} ms in each state`,
  immediate: () => 'immediate: jobs do not rest as JOB_STATE_DELAY_MS says',
}

function describeRules(rules: Fault[]): string {
  const isOne = rules.length === 1
  const named = rules.slice(0, rulesNamed).map(({ id, ...rule }) => `${id} ${JSON.stringify(rule)}`)
  const more = rules.length > rulesNamed ? [`and ${rules.length - rulesNamed} more`] : []
  return `${isOne ? '1 fault rule is' : `${rules.length} fault rules are`} on (DELETE /_pinpoint/faults removes ${isOne ? 'it' : 'them'}): ${[...named, ...more].join(', ')}`
}
