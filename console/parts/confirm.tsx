import { useSignal } from '@preact/signals'
import type { ComponentChildren, ComponentProps } from 'preact'
import { announce } from '../announce.tsx'
import { call } from '../api/calls.ts'
import { go } from '../router.ts'
import { Question } from './dialog.tsx'
import { ActionButton } from './form.tsx'

/**
 * A button for what cannot be taken back: it asks first.
 *
 * @param label of the button, and of the one in the dialog
 * @param title the question
 * @param children what will be lost, or what else there is to know
 */
export function ConfirmButton({
  label,
  title,
  does,
  kind = 'danger',
  children,
}: {
  label: ComponentChildren
  title: string
  does: () => Promise<unknown>
  kind?: 'main' | 'danger' | ''
  children: ComponentChildren
}) {
  const open = useSignal(false)
  const close = () => {
    open.value = false
  }
  return (
    <>
      <button
        type="button"
        class={`button ${kind === 'main' ? '' : kind}`}
        onClick={() => {
          open.value = true
        }}
      >
        {label}
      </button>
      {open.value && (
        <Question title={title} text={children} close={close}>
          <ActionButton
            kind={kind}
            does={async () => {
              await does()
              close()
            }}
          >
            {label}
          </ActionButton>
        </Question>
      )}
    </>
  )
}

/**
 * A button that deletes what a page shows, and goes to the list that it was in. It asks first.
 *
 * @param address of the call
 * @param said announced when it is done
 * @param list the address of the list, in the console
 */
export const DeleteButton = ({
  address,
  said,
  list,
  ...confirm
}: Omit<ComponentProps<typeof ConfirmButton>, 'does'> & { address: string; said: string; list: string }) => (
  <ConfirmButton
    {...confirm}
    does={async () => {
      await call('DELETE', address)
      announce(said)
      go(list)
    }}
  />
)
