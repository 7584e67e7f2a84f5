import { signal } from '@preact/signals'

const sentence = signal('')
let last = 0
let timer: number | undefined

/** Says a sentence to screen readers, politely and at most each 5 seconds: the latest wins. */
export function announce(text: string): void {
  window.clearTimeout(timer)
  // The same sentence is said again only if it was away.
  sentence.value = ''
  timer = window.setTimeout(
    () => {
      last = performance.now()
      sentence.value = text
    },
    Math.max(100, last + 5000 - performance.now()),
  )
}

/** Where they hear it. */
export const LiveRegion = () => (
  <p class="sr-only" role="status">
    {sentence}
  </p>
)
