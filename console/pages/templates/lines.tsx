import type { ComponentChildren } from 'preact'

/** A frame for lines of source, which scrolls. */
export const Lines = ({ label, children }: { label: string; children: ComponentChildren }) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard.
  <section class="source-lines" tabIndex={0} aria-label={label}>
    {children}
  </section>
)
