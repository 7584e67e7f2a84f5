import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { bytes } from '../../format.ts'
import { Question } from '../../parts/dialog.tsx'
import { useAction } from '../../parts/form.tsx'
import { Progress } from '../../parts/progress.tsx'
import { ErrorBox } from '../../parts/states.tsx'
import { replaceState, TooBigError, type Undo } from './undo.ts'

/**
 * Asks before the state is replaced, takes a snapshot for an undo, and shows how far it is. If the
 * state is too big for an undo, it asks again, in a dialog of its own: screen readers say its text, and a
 * key that is pressed twice does not confirm it.
 *
 * @param label of the button: "Reset"
 * @param children what will be lost
 * @param total bytes that are sent; 0 if there is no file
 */
export function ReplaceDialog({
  title,
  label,
  what,
  total = 0,
  replace,
  done,
  close,
  children,
}: {
  title: string
  label: string
  what: Undo['what']
  total?: number
  replace: (onProgress: (sent: number) => void, signal: AbortSignal) => Promise<unknown>
  done: () => void
  close: () => void
  children: ComponentChildren
}) {
  const sent = useSignal<number | undefined>(undefined)
  const tooBig = useSignal<number | undefined>(undefined)
  const { busy, error, run } = useAction()
  const abort = useRef(new AbortController())
  useEffect(() => () => abort.current.abort(new Error('The dialog was closed.')), [])
  const start = () =>
    run(async () => {
      const { signal } = abort.current
      try {
        await replaceState(what, tooBig.value === undefined, signal, () => {
          sent.value = 0
          return replace(bytes => {
            sent.value = bytes
          }, signal)
        })
        done()
      } catch (failure) {
        if (!(failure instanceof TooBigError)) throw failure
        tooBig.value = failure.bytes
      } finally {
        sent.value = undefined
      }
    })
  const more = (
    <>
      {busy &&
        (sent.value === undefined || total === 0 ? (
          <p role="status">{sent.value === undefined ? 'Taking a snapshot …' : 'Replacing the state …'}</p>
        ) : (
          <Progress
            label="Upload of the snapshot"
            value={sent.value < total ? sent.value / total : undefined}
            text={progressText(sent.value, total)}
          />
        ))}
      {error && <ErrorBox error={error} />}
    </>
  )
  const isTooBig = tooBig.value !== undefined
  return (
    <>
      <Question
        title={title}
        text={
          <>
            {children}
            <p>A snapshot is taken first, which this tab keeps, so that you can undo it. {notBack[what]}</p>
          </>
        }
        more={!isTooBig && more}
        close={close}
      >
        <button type="button" class="button danger" aria-busy={busy} onClick={start}>
          {label}
        </button>
      </Question>
      {isTooBig && (
        <Question
          title={`${label} without undo?`}
          text={
            <>
              <p>
                The state has {bytes(tooBig.value!)}, too much for this tab to keep: there will be no undo.
                Close this and download a snapshot, if you may want it back.
              </p>
              {children}
            </>
          }
          more={more}
          close={close}
        >
          <button type="button" class="button danger" aria-busy={busy} onClick={start}>
            {label} without undo
          </button>
        </Question>
      )}
    </>
  )
}

/** What no snapshot has, and an undo does not bring back. */
const notBack: Record<Undo['what'], string> = {
  reset: 'An undo does not bring back uploaded files, the request log and the counts of usage.',
  restore: 'An undo does not bring back the request log.',
}

const progressText = (sent: number, total: number) =>
  sent < total ? `${bytes(sent)} of ${bytes(total)} sent` : 'Checking the snapshot, and replacing the state …'
