import { useRef } from 'preact/hooks'
import { useAction } from '../parts/form.tsx'
import { Icon } from '../parts/icon.tsx'
import { ErrorBox } from '../parts/states.tsx'
import { importFiles } from './files.ts'

/** A button that opens the system's dialog for files: the equal of dropping them. */
export function ChooseFiles({ kind = '', label = 'Choose files' }: { kind?: 'main' | ''; label?: string }) {
  const input = useRef<HTMLInputElement>(null)
  const { error, run } = useAction()
  return (
    <>
      <button type="button" class={`button ${kind}`} onClick={() => input.current!.click()}>
        <Icon name="upload" />
        {label}
      </button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label="Files to import"
        onChange={event => {
          const files = [...(event.currentTarget.files ?? [])]
          // The same file, once it is mended, is chosen again.
          event.currentTarget.value = ''
          run(() => importFiles(files))
        }}
      />
      {error && <ErrorBox error={error} />}
    </>
  )
}
