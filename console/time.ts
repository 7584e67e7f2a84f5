import { computed, effect, signal } from '@preact/signals'
import { clock } from './api/live.ts'
import { setting } from './preferences.ts'

/** The machine's time in milliseconds, a tick a second: what says "12 s ago" follows it. */
export const realNow = signal(Date.now())
setInterval(() => {
  if (!document.hidden) realNow.value = Date.now()
}, 1000)

/** When the clock was last heard of, in the machine's time. */
const heardAt = signal(Date.now())
effect(() => {
  clock.value
  heardAt.value = Date.now()
})

/** The emulator's present time, in milliseconds: its clock may be moved, or stand still. */
export const now = computed(() => {
  if (clock.value === undefined) return realNow.value
  const at = Date.parse(clock.value.now)
  return clock.value.mode === 'frozen' ? at : at + Math.max(0, realNow.value - heardAt.value)
})

const local = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' })
const localDay = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium' })
const utc = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium', timeZone: 'UTC' })
const utcDay = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' })

/**
 * `14:03:07`, with the day in front if it is another one than today.
 *
 * @param present the present time of the clock that `at` is of: the emulator's, or `realNow`; for the
 *   present time of a moved clock, `realNow`, as the reader knows the day of the machine
 */
export function clockTime(at: number, present = now.value): string {
  const [time, day] = setting('utc').value ? [utc, utcDay] : [local, localDay]
  const shown = day.format(at)
  return shown === day.format(present) ? time.format(at) : `${shown}, ${time.format(at)}`
}

/**
 * `12 s ago`, `5 min ago` under an hour, `in 12 s` for what is to come, else as `clockTime`.
 *
 * @param present as for `clockTime`
 */
export function relativeTime(at: number, present = now.value): string {
  const past = present - at
  if (Math.abs(past) >= 3_600_000) return clockTime(at, present)
  if (Math.abs(past) < 1000) return 'now'
  const seconds = Math.floor(Math.abs(past) / 1000)
  const shown = seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min`
  return past > 0 ? `${shown} ago` : `in ${shown}`
}
