import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { Icon } from '../../parts/icon.tsx'

/** Takes a snapshot to restore: a file that is dropped here, or picked. */
export function SnapshotPicker({ choose }: { choose: (file: File) => void }) {
  const isOver = useSignal(false)
  const input = useRef<HTMLInputElement>(null)
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the button in it does the same.
    <div
      class={`snapshot-drop ${isOver.value ? 'over' : ''}`}
      onDragOver={event => {
        // So that the browser does not open it, and it is not taken for a file to import.
        event.preventDefault()
        isOver.value = true
      }}
      onDragLeave={() => {
        isOver.value = false
      }}
      onDrop={event => {
        event.preventDefault()
        isOver.value = false
        const file = event.dataTransfer?.files[0]
        if (file !== undefined) choose(file)
      }}
    >
      <button type="button" class="button" onClick={() => input.current?.click()}>
        <Icon name="upload" />
        Restore a snapshot …
      </button>
      <span class="hint">or drop the file here</span>
      <input
        ref={input}
        type="file"
        hidden
        aria-label="Snapshot to restore"
        onChange={event => {
          const file = event.currentTarget.files?.[0]
          // The same file can be chosen again.
          event.currentTarget.value = ''
          if (file !== undefined) choose(file)
        }}
      />
    </div>
  )
}
