import { useSignal } from '@preact/signals'
import { get } from '../api/calls.ts'
import { CallError } from '../api/errors.ts'
import { forgetToken, keepToken, tokenAsked } from '../api/session.ts'
import { Dialog } from '../parts/dialog.tsx'
import { bound, TextField } from '../parts/fields.tsx'
import { ActionForm } from '../parts/form.tsx'

/** Asks for the control token, once for each tab. */
export function TokenDialog() {
  const typed = useSignal('')
  const close = () => {
    tokenAsked.value = false
  }
  const submit = async () => {
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
  }
  return (
    <Dialog title="This emulator asks for its token" close={close}>
      <ActionForm does={submit} label="Open the console">
        <TextField
          label="Control token"
          hint="The value of CONTROL_TOKEN. This tab keeps it until it is closed. An emulator with ACCESS_KEYS alone has no token: start it with CONTROL_TOKEN as well."
          type="password"
          autocomplete="off"
          required
          {...bound(typed)}
        />
      </ActionForm>
    </Dialog>
  )
}
