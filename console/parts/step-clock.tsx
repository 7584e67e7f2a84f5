import type { ClockAdvanced, ClockStatus } from '../../server/model/clock.ts'
import { announce } from '../announce.tsx'
import { call } from '../api/calls.ts'
import { type Fetched, useFetched } from '../api/fetched.ts'
import { clock as liveClock, useReload } from '../api/live.ts'
import { plural } from '../format.ts'
import { clockTime, realNow, relativeTime } from '../time.ts'
import { ConfirmButton } from './confirm.tsx'
import { ActionButton } from './form.tsx'
import { Icon } from './icon.tsx'
import { ErrorBox } from './states.tsx'

/** The clock, and what is due next. */
export function useClock(): Fetched<ClockStatus> {
  const clock = useFetched<ClockStatus>('clock')
  useReload(clock.reload, ['clock'])
  return clock
}

/** Advances the clock, and says what has happened. */
export async function advanceClock(body: {
  by?: string
  to?: string
  until?: 'next' | 'idle'
  max?: string
}): Promise<ClockAdvanced> {
  const done = await call<ClockAdvanced>('POST', 'clock/advance', { body })
  // The live feed says so too, a moment later.
  liveClock.value = await call<ClockStatus>('GET', 'clock')
  announce(
    `It is now ${clockTime(Date.parse(done.now), realNow.value)}. ${plural(done.sent, 'message')} sent.`,
  )
  return done
}

/** A button that sets the clock forward to what is due next. Of a real clock, it asks first. */
export function StepClock({ onDone }: { onDone?: (done: ClockAdvanced) => void }) {
  const { value, error, reload } = useClock()
  if (value === undefined) return error ? <ErrorBox error={error} retry={reload} /> : null
  const { mode, nextDue } = value
  const step = async () => {
    const done = await advanceClock({ until: 'next' })
    onDone?.(done)
    reload()
  }
  const label = (
    <>
      <Icon name="clock" />
      Step to what is due next
    </>
  )
  if (nextDue === undefined) {
    return (
      <button type="button" class="button" disabled title="Nothing is pending in this emulator">
        {label}
      </button>
    )
  }
  if (mode !== 'real') return <ActionButton does={step}>{label}</ActionButton>
  return (
    <ConfirmButton kind="main" label={label} title="Move the clock?" does={step}>
      <p>
        The clock agrees with the machine’s. This sets it forward to {clockTime(Date.parse(nextDue))} (
        {relativeTime(Date.parse(nextDue))}), for all applications, and it ticks on from there. The page
        “Clock” makes it real again.
      </p>
    </ConfirmButton>
  )
}
