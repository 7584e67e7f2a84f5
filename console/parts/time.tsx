import { clockTime, relativeTime } from '../time.ts'

/**
 * A point in time. On hover it says the whole of it.
 *
 * @param at ISO 8601
 * @param exact the time of day instead of "12 s ago"
 */
export function Time({ at, exact = false }: { at: string | undefined; exact?: boolean }) {
  if (at === undefined) return <>-</>
  const ms = Date.parse(at)
  return (
    <time dateTime={at} title={at}>
      {exact ? clockTime(ms) : relativeTime(ms)}
    </time>
  )
}
