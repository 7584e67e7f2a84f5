import { lastTime } from '../../clock/clock.ts'

/**
 * The rows of one kind that are due at some time: what a clock that moves has to wait for. Each
 * kind is in `Store.dueRows`, where both threads see it; `worker/due-sources.ts` says what is done
 * when a row is due.
 */
export interface DueRows {
  /**
   * The earliest time at which one is due, in milliseconds since 1970; undefined if none is.
   *
   * @param except rows of applications whose due rows are left out
   */
  nextDue(except?: readonly number[]): number | undefined
  /** How many there are. */
  pending(): number
  /**
   * What is active, and counts on time not going back, such as `campaign 0123`; undefined if
   * nothing is.
   */
  active(): string | undefined
  /**
   * Called when the clock is set back, in the transaction that does it: what has happened later than
   * that must not hold anything up, and what was to go on by then is due now. Waits stay.
   *
   * @param now in milliseconds since 1970
   */
  setBack?(now: number): void
}

/**
 * The next of several kinds that is due, and its time; the first of those at the same time. Undefined if
 * nothing is due, or later than the clock can show.
 *
 * @param except rows of applications whose due rows are left out
 */
export function nextOf<Rows extends Pick<DueRows, 'nextDue'>>(
  kinds: readonly Rows[],
  except: readonly number[] = [],
): { rows: Rows; time: number } | undefined {
  let next: { rows: Rows; time: number } | undefined
  for (const rows of kinds) {
    const time = rows.nextDue(except)
    if (time !== undefined && time <= lastTime && time < (next?.time ?? Number.POSITIVE_INFINITY)) {
      next = { rows, time }
    }
  }
  return next
}

/** SQL: whether an application, by its row, is not one of those in a parameter: JSON, their rows. */
export const isNotIn = (app: string): string => `${app} NOT IN (SELECT value FROM json_each(?))`
