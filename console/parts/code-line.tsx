import { cutText } from '../format.ts'
import { CopyButton } from './copy.tsx'
import { accessKeyId, credentials } from './credentials.ts'

/** What lets a line in, and says nothing of what it does. */
const keys = /AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY)=\S+ |-H "[^"]*" /g

/** A line for a terminal, or a piece of code, that can be copied. */
export function CodeLine({ text }: { text: string }) {
  const { id, secret } = credentials()
  return (
    <>
      <div class="code-line">
        <pre>{text}</pre>
        <CopyButton text={text} label={`Copy: ${cutText(text.replace(keys, ''), 80)}`} />
      </div>
      {accessKeyId.value !== undefined && text.includes(secret) && (
        <p class="hint">
          Calls must be signed here: write the secret of the key {id}, as in ACCESS_KEYS, in the place of{' '}
          <code>{secret}</code>.
        </p>
      )}
    </>
  )
}
