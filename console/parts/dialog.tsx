import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { Icon } from './icon.tsx'

/** What a reader types into, or chooses from. */
const fields = 'input:not([type=checkbox], [type=radio], [type=file]), textarea, select'

/**
 * A dialog that is open while it is rendered. Escape and its close button call `close`. Its first
 * field has the focus at first; the browser keeps the focus in it. It goes back to where it was.
 *
 * @param asks whether it asks before what was typed into it is dropped
 */
export function Dialog({
  title,
  close,
  wide = false,
  asks = false,
  children,
}: {
  title: string
  close: () => void
  wide?: boolean
  asks?: boolean
  children: ComponentChildren
}) {
  const dialog = useRef<HTMLDialogElement>(null)
  const isTyped = useRef(false)
  const [isAsking, setAsking] = useState(false)
  const leave = () => (asks && isTyped.current ? setAsking(true) : close())
  useEffect(() => {
    const element = dialog.current!
    const before = document.activeElement
    element.showModal()
    // The browser would focus the first control, which is the button that closes.
    const field = element.querySelector<HTMLElement>(fields)
    // A text is read from its beginning. The browser would go to its end.
    for (const area of element.querySelectorAll('textarea')) area.setSelectionRange(0, 0)
    field?.focus()
    return () => {
      // It is out of the document by now, so that the browser does not do this.
      const isLost = document.activeElement === document.body
      if (isLost && before instanceof HTMLElement) before.focus({ preventScroll: true })
    }
  }, [])
  return (
    <>
      <dialog
        ref={dialog}
        class={wide ? 'wide' : undefined}
        aria-label={title}
        onInput={() => {
          isTyped.current = true
        }}
        onKeyDown={event => {
          // Else the browser would close the dialog by itself at a second Escape.
          if (event.key !== 'Escape' || event.isComposing) return
          event.preventDefault()
          leave()
        }}
        onCancel={event => {
          event.preventDefault()
          leave()
        }}
      >
        <header class="dialog-head">
          <h2>{title}</h2>
          <button type="button" class="icon-button" aria-label="Close" onClick={leave}>
            <Icon name="x" />
          </button>
        </header>
        {children}
      </dialog>
      {isAsking && <Drop drop={close} keep={() => setAsking(false)} />}
    </>
  )
}

/** Asks whether what was typed is to be dropped. */
const Drop = ({ drop, keep }: { drop: () => void; keep: () => void }) => (
  <Dialog title="Drop what you have typed?" close={keep}>
    <div class="stack">
      <p>It is not saved.</p>
      <div class="actions">
        <button type="button" class="button danger" onClick={drop}>
          Drop it
        </button>
        <button type="button" class="button" onClick={keep}>
          Go on writing
        </button>
      </div>
    </div>
  </Dialog>
)
