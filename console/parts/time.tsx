import { clockTime, now, realNow, relativeTime } from '../time.ts'

/**
 * A point in time. On hover it says the whole of it.
 *
 * @param at ISO 8601
 * @param exact the time of day instead of "12 s ago"
 * @param real whether it is of the machine's clock, as the times of calls are, not of the emulator's
 */
export function Time({
  at,
  exact = false,
  real = false,
}: {
  at: string | undefined
  exact?: boolean
  real?: boolean
}) {
  if (at === undefined) return <>-</>
  const ms = Date.parse(at)
  return (
    <time dateTime={at} title={at}>
      {(exact ? clockTime : relativeTime)(ms, real ? realNow.value : now.value)}
    </time>
  )
}
