import { useSignal } from '@preact/signals'
import type { ClockAdvanced, ClockStatus } from '../../../server/model/clock.ts'
import { bound, TextField } from '../../parts/fields.tsx'
import { useAction } from '../../parts/form.tsx'
import { Icon } from '../../parts/icon.tsx'
import { ErrorBox } from '../../parts/states.tsx'
import { advanceClock } from '../../parts/step-clock.tsx'

const lengths = [
  ['1 minute', 'PT1M'],
  ['1 hour', 'PT1H'],
  ['1 day', 'P1D'],
  ['7 days', 'P7D'],
] as const

/** Moves the clock forward: by a length of time, to what is due next, or until nothing is pending. */
export function AdvanceForm({
  clock: { mode, nextDue },
  onDone,
}: {
  clock: ClockStatus
  onDone: (done: ClockAdvanced) => void
}) {
  const by = useSignal('PT12H')
  const max = useSignal('P30D')
  const { busy, error, run } = useAction()
  const advance = (body: Parameters<typeof advanceClock>[0]) =>
    run(async () => onDone(await advanceClock(body)))
  return (
    <>
      {mode === 'real' && (
        <p class="hint">A real clock that is advanced becomes an offset: it ticks on from there.</p>
      )}
      <div class="actions">
        {lengths.map(([words, length]) => (
          <button
            key={length}
            type="button"
            class="button"
            aria-busy={busy}
            onClick={() => advance({ by: length })}
          >
            By {words}
          </button>
        ))}
        <button
          type="button"
          class="button main"
          disabled={nextDue === undefined}
          aria-busy={busy}
          onClick={() => advance({ until: 'next' })}
        >
          <Icon name="clock" />
          To what is due next
        </button>
      </div>
      <div class="clock-forms">
        <form
          class="form-row"
          onSubmit={event => {
            event.preventDefault()
            advance({ by: by.value.trim() })
          }}
        >
          <TextField label="By a duration" required spellcheck={false} {...bound(by)} />
          <button type="submit" class="button" aria-busy={busy}>
            Advance
          </button>
        </form>
        <form
          class="form-row"
          onSubmit={event => {
            event.preventDefault()
            advance({ until: 'idle', ...(max.value.trim() && { max: max.value.trim() }) })
          }}
        >
          <TextField label="Until nothing is pending, but at most by" spellcheck={false} {...bound(max)} />
          <button type="submit" class="button" aria-busy={busy}>
            Advance until idle
          </button>
        </form>
      </div>
      <p class="hint">Durations are ISO 8601: PT90S, PT24H, P1DT12H, P1M.</p>
      {error && <ErrorBox error={error} />}
    </>
  )
}
