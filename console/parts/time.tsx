import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import { clockTime, now, realNow, relativeTime } from '../time.ts'

/**
 * Whether the keyboard comes to times, to read the whole of them. In a table of a hundred rows, that
 * would be a hundred stops more.
 */
export const FocusableTimes = createContext(false)

/**
 * A point in time. On hover, and where the keyboard comes to it, it says the whole of it: ISO 8601
 * with milliseconds.
 *
 * @param at ISO 8601
 * @param exact the time of day instead of "12 s ago"
 * @param beside a time beside which it is read: with `exact`, the day is said where that has another one
 * @param real whether it is of the machine's clock, as the times of calls are, not of the emulator's
 */
export function Time({
  at,
  exact = false,
  beside,
  real = false,
}: {
  at: string | undefined
  exact?: boolean
  beside?: string
  real?: boolean
}) {
  const isFocusable = useContext(FocusableTimes)
  if (at === undefined) return <>-</>
  const ms = Date.parse(at)
  return (
    <time dateTime={at} title={at} tabIndex={isFocusable ? 0 : undefined}>
      {(exact ? clockTime : relativeTime)(
        ms,
        beside !== undefined ? Date.parse(beside) : real ? realNow.value : now.value,
      )}
    </time>
  )
}
