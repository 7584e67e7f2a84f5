import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { Icon } from './icon.tsx'

/** What a reader types into, or chooses from. */
const fields = 'input:not([type=checkbox], [type=radio], [type=file]), textarea, select'

/**
 * A dialog that is open while it is rendered. Escape and its close button call `close`. Its first
 * field has the focus at first; the browser keeps the focus in it. It goes back to where it was.
 */
export function Dialog({
  title,
  close,
  wide = false,
  children,
}: {
  title: string
  close: () => void
  wide?: boolean
  children: ComponentChildren
}) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const element = dialog.current!
    const before = document.activeElement
    element.showModal()
    // The browser would focus the first control, which is the button that closes.
    element.querySelector<HTMLElement>(fields)?.focus()
    return () => {
      // It is out of the document by now, so that the browser does not do this.
      const isLost = document.activeElement === document.body
      if (isLost && before instanceof HTMLElement) before.focus({ preventScroll: true })
    }
  }, [])
  return (
    <dialog
      ref={dialog}
      class={wide ? 'wide' : undefined}
      aria-label={title}
      onCancel={event => {
        event.preventDefault()
        close()
      }}
    >
      <header class="dialog-head">
        <h2>{title}</h2>
        <button type="button" class="icon-button" aria-label="Close" onClick={close}>
          <Icon name="x" />
        </button>
      </header>
      {children}
    </dialog>
  )
}
