import type { Fault } from '../model/fault.ts'
import type { Store } from '../store/open-store.ts'

/** Fault rules that a warning names at most. */
const rulesNamed = 5

/**
 * Warnings about a job control that differs from the settings, and about fault rules. They survive
 * the process: without a warning at the next start, jobs would wait and calls fail for no visible
 * reason.
 */
export function overridesIn({ jobControl, faults }: Pick<Store, 'jobControl' | 'faults'>): string[] {
  const control = jobControl.override()
  const rules = faults.list().filter(({ timesLeft }) => timesLeft !== 0)
  return [
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
