import { useSignal } from '@preact/signals'
import { bytes } from '../format.ts'
import { CopyButton } from './copy.tsx'

/** How much of a text is shown at first. */
const shownAtFirst = 64 * 1024

/** JSON on lines of its own; what is not JSON as it is. */
function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}

/**
 * A text of any length, such as a body of a call, that can be copied.
 *
 * @param label what it is, for the copy button
 */
export function Body({ text, label }: { text: string; label: string }) {
  const all = useSignal(false)
  const shown = pretty(text)
  const isCut = !all.value && shown.length > shownAtFirst
  return (
    <div class="code-line body">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard. */}
      <section tabIndex={0} aria-label={label}>
        <pre>{isCut ? `${shown.slice(0, shownAtFirst)} …` : shown}</pre>
      </section>
      <CopyButton text={shown} label={`Copy: ${label}`} />
      {isCut && (
        <button
          type="button"
          class="button"
          onClick={() => {
            all.value = true
          }}
        >
          Show all {bytes(shown.length)}
        </button>
      )}
    </div>
  )
}
