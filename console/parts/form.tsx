import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'
import { ErrorBox } from './states.tsx'

interface FieldProps {
  label: string
  hint?: ComponentChildren
  error?: string | undefined
  /** Gets what ties the control to its label, hint and error. */
  children: (ties: {
    id: string
    'aria-describedby': string | undefined
    'aria-invalid': boolean
  }) => ComponentChildren
}

/** A control with its label, and what there is to say about it. */
export function Field({ label, hint, error, children }: FieldProps) {
  const id = useId()
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ') || undefined
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({ id, 'aria-describedby': described, 'aria-invalid': error !== undefined })}
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error && (
        <p class="field-error" id={`${id}-error`}>
          {error}
        </p>
      )}
    </div>
  )
}

/** Runs what a button or a form does: whether it is under way, and how it failed. */
export function useAction(): {
  busy: boolean
  error: Error | undefined
  run: (action: () => Promise<unknown>) => Promise<void>
} {
  const busy = useSignal(false)
  const error = useSignal<Error | undefined>(undefined)
  return {
    busy: busy.value,
    error: error.value,
    run: async action => {
      if (busy.value) return
      busy.value = true
      error.value = undefined
      try {
        await action()
      } catch (failure) {
        error.value = failure as Error
      } finally {
        busy.value = false
      }
    },
  }
}

/** A button for one call. Its error is shown below it. */
export function ActionButton({
  does,
  children,
  kind = '',
  disabled = false,
}: {
  does: () => Promise<unknown>
  children: ComponentChildren
  kind?: 'main' | 'danger' | ''
  disabled?: boolean
}) {
  const { busy, error, run } = useAction()
  return (
    <span class="action">
      <button
        type="button"
        class={`button ${kind}`}
        disabled={disabled}
        aria-busy={busy}
        onClick={() => run(does)}
      >
        {children}
      </button>
      {error && <ErrorBox error={error} />}
    </span>
  )
}

/**
 * A form that makes one call. Its error is shown above its buttons.
 *
 * @param label of the button that makes the call
 * @param more buttons beside it
 */
export function ActionForm({
  does,
  label,
  more,
  class: name,
  children,
}: {
  does: () => Promise<unknown>
  label: ComponentChildren
  more?: ComponentChildren
  class?: string
  children: ComponentChildren
}) {
  const { busy, error, run } = useAction()
  return (
    <form
      class={name}
      onSubmit={event => {
        event.preventDefault()
        run(does)
      }}
    >
      {children}
      {error && <ErrorBox error={error} />}
      <div class="actions">
        <button type="submit" class="button main" aria-busy={busy}>
          {label}
        </button>
        {more}
      </div>
    </form>
  )
}
