import { useSignal } from '@preact/signals'
import { get } from '../api/calls.ts'
import { CallError } from '../api/errors.ts'
import { forgetToken, keepToken, tokenAsked } from '../api/session.ts'
import { Dialog } from '../parts/dialog.tsx'
import { Field, useAction } from '../parts/form.tsx'
import { ErrorBox } from '../parts/states.tsx'

/** Asks for the control token, once for each tab. */
export function TokenDialog() {
  const typed = useSignal('')
  const { busy, error, run } = useAction()
  const close = () => {
    tokenAsked.value = false
  }
  const submit = async (event: Event) => {
    event.preventDefault()
    await run(async () => {
      keepToken(typed.value)
      try {
        await get('clock')
      } catch (failure) {
        forgetToken()
        if (failure instanceof CallError && failure.status !== 0) throw new Error('That is not the token.')
        throw failure
      }
      close()
      // Everything is read anew.
      window.location.reload()
    })
  }
  return (
    <Dialog title="This emulator asks for its token" close={close}>
      <form onSubmit={submit}>
        <Field
          label="Control token"
          hint="The value of CONTROL_TOKEN. This tab keeps it until it is closed. An emulator with ACCESS_KEYS alone has no token: start it with CONTROL_TOKEN as well."
        >
          {ties => (
            <input
              {...ties}
              type="password"
              autocomplete="off"
              required
              value={typed.value}
              onInput={event => {
                typed.value = event.currentTarget.value
              }}
            />
          )}
        </Field>
        {error && <ErrorBox error={error} />}
        <div class="actions">
          <button type="submit" class="button main" aria-busy={busy}>
            Open the console
          </button>
        </div>
      </form>
    </Dialog>
  )
}
