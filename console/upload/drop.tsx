import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { Icon } from '../parts/icon.tsx'
import { Ask } from './ask.tsx'
import { appOfPage, askedForApp, fileOfText, importFiles, refused } from './files.ts'

/**
 * Takes files that are dropped anywhere on the window, and CSV or JSON that is pasted, to the import
 * page. A page with a use of its own for dropped files prevents the default of `dragover` and `drop`.
 */
export function DropTarget() {
  const isOver = useSignal(false)
  useEffect(() => {
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false
    const over = (event: DragEvent) => {
      isOver.value = hasFiles(event) && !event.defaultPrevented && !isBusy()
      // Also where nothing is done with it: the browser would leave the console and open the file.
      if (hasFiles(event)) event.preventDefault()
    }
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) isOver.value = false
    }
    const drop = (event: DragEvent) => {
      const taken = event.defaultPrevented || isBusy()
      isOver.value = false
      if (!hasFiles(event)) return
      event.preventDefault()
      if (!taken) take(filesOf(event.dataTransfer!))
    }
    const paste = (event: ClipboardEvent) => {
      const { target, clipboardData: data } = event
      if (data === null || isBusy() || (target instanceof Element && target.matches(typed))) return
      if (data.files.length > 0) return take([...data.files])
      const made = fileOfText(data.getData('text/plain'))
      if (made !== undefined) take([made.file], made.text)
    }
    window.addEventListener('dragover', over)
    window.addEventListener('dragleave', leave)
    window.addEventListener('drop', drop)
    document.addEventListener('paste', paste)
    return () => {
      window.removeEventListener('dragover', over)
      window.removeEventListener('dragleave', leave)
      window.removeEventListener('drop', drop)
      document.removeEventListener('paste', paste)
    }
  }, [isOver])
  return (
    <>
      {isOver.value && (
        <div class="drop-over" aria-hidden="true">
          <p>
            <Icon name="upload" class="large" />
            {appOfPage() === undefined ? 'Drop to import' : 'Drop to import into this application'}
          </p>
        </div>
      )}
      {(askedForApp.value || refused.value !== undefined) && <Ask />}
    </>
  )
}

const typed = 'input, textarea, select, [contenteditable]'

/** A dialog wants an answer first. */
const isBusy = () => document.querySelector('dialog[open]') !== null

function take(files: File[] | string, text?: string): void {
  if (typeof files === 'string') {
    refused.value = files
    return
  }
  importFiles(files, text).catch((error: Error) => {
    refused.value = error.message
  })
}

/** The files that were dropped, or why they cannot be taken. */
function filesOf(data: DataTransfer): File[] | string {
  const hasFolder = [...data.items].some(item => item.webkitGetAsEntry()?.isDirectory)
  if (hasFolder) return 'A folder was dropped. Open it, select the files in it, and drop those.'
  return [...data.files]
}
