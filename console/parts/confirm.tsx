import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { Dialog } from './dialog.tsx'
import { useAction } from './form.tsx'
import { Icon } from './icon.tsx'
import { ErrorBox } from './states.tsx'

/**
 * A button for what cannot be undone: it asks first, and says what will be lost.
 *
 * @param label what it does: "Delete the segment"
 * @param children what will be lost
 */
export function ConfirmButton({
  label,
  does,
  children,
}: {
  label: string
  does: () => Promise<unknown>
  children: ComponentChildren
}) {
  const asking = useSignal(false)
  const { busy, error, run } = useAction()
  const close = () => {
    asking.value = false
  }
  return (
    <>
      <button
        type="button"
        class="button"
        onClick={() => {
          asking.value = true
        }}
      >
        <Icon name="trash" />
        {label}
      </button>
      {asking.value && (
        <Dialog title={label} close={close}>
          <div class="stack">
            <div>{children}</div>
            {error && <ErrorBox error={error} />}
            <div class="actions">
              <button
                type="button"
                class="button danger"
                aria-busy={busy}
                onClick={() =>
                  run(async () => {
                    await does()
                    close()
                  })
                }
              >
                {label}
              </button>
              <button type="button" class="button" onClick={close}>
                Cancel
              </button>
            </div>
          </div>
        </Dialog>
      )}
    </>
  )
}
