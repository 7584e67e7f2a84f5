import type { DueRows } from '../store/clock/due-rows.ts'
import type { Store } from '../store/open-store.ts'

/** Due rows of one kind, and what is done with them. */
export interface DueSource extends Pick<DueRows, 'nextDue'> {
  /**
   * Does one step of what is due first: as much as takes some milliseconds. Afterwards these rows
   * are gone, or due later.
   *
   * @param now the time at which it is due, which the step takes for the present
   * @returns how many messages it has sent
   */
  runStep(now: Date): number | Promise<number>
}

/** The table of the kinds of due work that there are, in the order of `Store.dueRows`. */
export const createDueSources = (_store: Store): DueSource[] => []
