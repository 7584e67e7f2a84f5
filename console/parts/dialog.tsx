import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { Icon } from './icon.tsx'

/**
 * A dialog that is open while it is rendered. Escape and its close button call `close`; the browser
 * keeps the focus in it and gives it back.
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
    element.showModal()
    return () => element.close()
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
