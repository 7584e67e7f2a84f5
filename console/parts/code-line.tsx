import { token } from '../api/session.ts'
import { testCredentials } from './aws-line.ts'
import { CopyButton } from './copy.tsx'

/** A line for a terminal, or a piece of code, that can be copied. */
export const CodeLine = ({ text }: { text: string }) => (
  <>
    <div class="code-line">
      <pre>{text}</pre>
      <CopyButton text={text} label="Copy" />
    </div>
    {/* The console works with ACCESS_KEYS only where there is a token too, and does not know the keys. */}
    {token.value !== undefined && text.includes(`AWS_ACCESS_KEY_ID=${testCredentials}`) && (
      <p class="hint">
        If the emulator was started with ACCESS_KEYS, write the id and the secret of one of these keys instead
        of “{testCredentials}”.
      </p>
    )}
  </>
)
