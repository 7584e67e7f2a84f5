import { signal } from '@preact/signals'

const sentence = signal('')
let last = Number.NEGATIVE_INFINITY
let timer: number | undefined

/** Milliseconds from a sentence to the next. */
const pauseMs = 5000

/** Milliseconds that a sentence stays: screen readers say it again when a dialog over the page is closed. */
const stayMs = 3000

/** Says a sentence to screen readers, politely and at most each 5 seconds: the latest wins. */
export function announce(text: string): void {
  window.clearTimeout(timer)
  timer = window.setTimeout(
    () => {
      last = performance.now()
      // The same text would be no change, and not said again.
      sentence.value = sentence.value === text ? `${text}\u00a0` : text
      timer = window.setTimeout(() => {
        sentence.value = ''
      }, stayMs)
    },
    Math.max(0, last + pauseMs - performance.now()),
  )
}

/** Where they hear it. */
export const LiveRegion = () => (
  <p class="sr-only" role="status">
    {sentence}
  </p>
)
