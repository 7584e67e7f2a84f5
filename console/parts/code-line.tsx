import { CopyButton } from './copy.tsx'

/** A line for a terminal, or a piece of code, that can be copied. */
export const CodeLine = ({ text }: { text: string }) => (
  <div class="code-line">
    <pre>{text}</pre>
    <CopyButton text={text} label="Copy" />
  </div>
)
