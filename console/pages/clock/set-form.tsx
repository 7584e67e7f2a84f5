import { useSignal } from '@preact/signals'
import type { ClockStatus } from '../../../server/model/clock.ts'
import { announce } from '../../announce.tsx'
import { call } from '../../api/calls.ts'
import { CallError } from '../../api/errors.ts'
import { clock as liveClock } from '../../api/live.ts'
import { bound, SelectField, TextField } from '../../parts/fields.tsx'
import { useAction } from '../../parts/form.tsx'
import { ErrorBox } from '../../parts/states.tsx'
import { setting } from '../../preferences.ts'

const modes: [ClockStatus['mode'], string][] = [
  ['frozen', 'Frozen: it stands still'],
  ['offset', 'Offset: it ticks on from there'],
  ['real', 'Real: it agrees with the machine’s clock'],
]

/** Stops the clock, sets it, or makes it real. */
export function SetForm({ clock, onDone }: { clock: ClockStatus; onDone: () => void }) {
  const mode = useSignal<ClockStatus['mode']>(clock.mode === 'real' ? 'frozen' : clock.mode)
  const time = useSignal('')
  const { busy, error, run } = useAction()
  const utc = setting('utc').value
  const set = (force: boolean) =>
    run(async () => {
      // The field has no zone; it is read as times are shown.
      const now = time.value && new Date(utc ? `${time.value}Z` : time.value).toISOString()
      const body = {
        mode: mode.value,
        ...(now && mode.value !== 'real' && { now }),
        ...(force && { force }),
      }
      liveClock.value = await call<ClockStatus>('PUT', 'clock', { body })
      time.value = ''
      announce(`The clock is ${mode.value}.`)
      onDone()
    })
  const isBack = error instanceof CallError && error.status === 409
  return (
    <form
      class="clock-set"
      onSubmit={event => {
        event.preventDefault()
        set(false)
      }}
    >
      <div class="form-row">
        <SelectField label="Mode" {...bound(mode)} choices={modes} />
        {mode.value !== 'real' && (
          <TextField
            label={`Time (${utc ? 'UTC' : 'local'})`}
            type="datetime-local"
            step="1"
            {...bound(time)}
          />
        )}
        <button type="submit" class="button main" aria-busy={busy}>
          Set the clock
        </button>
      </div>
      <p class="hint">
        Without a time, it stays where it is. Set forward, it runs what has become due on the way.
      </p>
      {error && <ErrorBox error={error} />}
      {isBack && (
        <div>
          <button type="button" class="button danger" aria-busy={busy} onClick={() => set(true)}>
            Set it back all the same
          </button>
        </div>
      )}
    </form>
  )
}
