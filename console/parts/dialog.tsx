import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { Icon } from './icon.tsx'

/** What a reader types into, or chooses from; or the button of a question that does nothing. */
const first =
  'input:not([type=checkbox], [type=radio], [type=file]), textarea, select, [role=alertdialog] .actions > :last-child'

/**
 * A dialog that is open while it is rendered. Escape and its close button call `close`. Its first
 * field has the focus at first; the browser keeps the focus in it. It goes back to where it was.
 *
 * @param asks whether it asks before what was typed into it is dropped
 * @param describedBy the id of the text of a `Question`
 */
export function Dialog({
  title,
  close,
  wide = false,
  asks = false,
  describedBy,
  children,
}: {
  title: string
  close: () => void
  wide?: boolean
  asks?: boolean
  describedBy?: string
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
    const control = element.querySelector<HTMLElement>(first)
    // A text is read from its beginning. The browser would go to its end.
    for (const area of element.querySelectorAll('textarea')) area.setSelectionRange(0, 0)
    control?.focus()
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
        role={describedBy === undefined ? undefined : 'alertdialog'}
        aria-label={title}
        aria-describedby={describedBy}
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
        {/* Not a header: Orca says that landmark, and not the title (observed). */}
        <div class="dialog-head">
          <h2>{title}</h2>
          <button type="button" class="icon-button" aria-label="Close" onClick={leave}>
            <Icon name="x" />
          </button>
        </div>
        {children}
      </dialog>
      {isAsking && <Drop drop={close} keep={() => setAsking(false)} />}
    </>
  )
}

/**
 * A dialog that asks before something is done. The button that does nothing has the focus at first.
 * It is an `alertdialog`, whose text screen readers say when it opens; of other dialogs, they say it
 * sometimes, or nothing (observed: Orca 43).
 *
 * @param text what will be lost, or what else there is to know
 * @param keep of the button that does nothing
 * @param more what is shown below the text: how far it is, or how it failed
 * @param children the button that does it
 */
export function Question({
  title,
  text,
  keep = 'Cancel',
  close,
  more,
  children,
}: {
  title: string
  text: ComponentChildren
  keep?: string
  close: () => void
  more?: ComponentChildren
  children: ComponentChildren
}) {
  const id = useId()
  return (
    <Dialog title={title} close={close} describedBy={id}>
      <div class="stack">
        <div class="stack" id={id}>
          {text}
        </div>
        {more}
        <div class="actions">
          {children}
          <button type="button" class="button" onClick={close}>
            {keep}
          </button>
        </div>
      </div>
    </Dialog>
  )
}

/** Asks whether what was typed is to be dropped. */
const Drop = ({ drop, keep }: { drop: () => void; keep: () => void }) => (
  <Question
    title="Drop what you have typed?"
    text={<p>It is not saved.</p>}
    keep="Go on writing"
    close={keep}
  >
    <button type="button" class="button danger" onClick={drop}>
      Drop it
    </button>
  </Question>
)
