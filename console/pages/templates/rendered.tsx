import type { RenderAnswer } from '../../api/types.ts'
import { Body } from '../../parts/body.tsx'
import { Facts } from '../../parts/facts.tsx'
import { Headers } from '../../parts/headers.tsx'
import { HtmlFrame } from '../../parts/html-frame.tsx'
import { Bubble, PushCard, Script } from '../../parts/looks.tsx'
import { failed, lacking, TroubleBox } from '../../parts/trouble-box.tsx'
import type { Kind } from './kinds.ts'
import type { Recipient } from './shown.ts'

/** Characters of an address that a server takes for certain. */
const maxAddress = 8000

/** What a template renders to, or why it does not. */
export function Rendered({
  kind,
  name,
  version,
  recipient,
  answer,
}: {
  kind: Kind
  name: string
  version: string
  recipient: Recipient
  answer: RenderAnswer
}) {
  const { errors, missingVariables, notCalled } = answer
  const parts = answer.parts as Record<string, string | undefined>
  const { headers = [] } = answer.parts
  const address = htmlAddress(name, version, recipient)
  const urls = ['url', 'mediaUrl', 'imageUrl', 'imageIconUrl', 'smallImageIconUrl', 'sound', 'action']
  return (
    <div class="rendered">
      {errors.length > 0 && (
        <TroubleBox look={failed}>
          <ul>
            {errors.map(({ part, line, column, message }) => (
              <li key={part}>
                {message} <span class="meta">{`${part}, line ${line}, column ${column}`}</span>
              </li>
            ))}
          </ul>
        </TroubleBox>
      )}
      {missingVariables.length > 0 && (
        <TroubleBox look={lacking}>
          <p>{missingVariables.length === 1 ? 'A variable has no value:' : 'Variables have no value:'}</p>
          <ul>
            {missingVariables.map(variable => (
              <li key={variable}>
                <code>{`{{${variable}}}`}</code>
              </li>
            ))}
          </ul>
        </TroubleBox>
      )}
      {notCalled !== undefined && (
        <TroubleBox look={lacking}>
          <p>{notCalled}</p>
        </TroubleBox>
      )}
      {parts.subject !== undefined && <Facts of={[['Subject', parts.subject]]} />}
      {parts.html !== undefined && (
        <>
          <h3>HTML</h3>
          {address.length <= maxAddress ? (
            <HtmlFrame title="The HTML, rendered" address={address} html={parts.html} />
          ) : (
            <>
              <p class="hint">With so many values, only the source can be shown.</p>
              <Body text={parts.html} label="The HTML, rendered" />
            </>
          )}
        </>
      )}
      {parts.text !== undefined && (
        <>
          <h3>Text</h3>
          <Body text={parts.text} label="The text, rendered" />
        </>
      )}
      {headers.length > 0 && <Headers headers={headers} caption="Headers, rendered" />}
      {kind.path === 'sms' && parts.body !== undefined && <Bubble text={parts.body} />}
      {kind.path === 'voice' && parts.body !== undefined && <Script text={parts.body} />}
      {kind.path === 'push' && (
        <>
          <PushCard title={parts.title} body={parts.body} />
          <Facts of={urls.map((name): [string, string | undefined] => [name, parts[name]])} />
          {parts.rawContent !== undefined && <Body text={parts.rawContent} label="RawContent, rendered" />}
        </>
      )}
    </div>
  )
}

/** The address at which the HTML is rendered in the same way. */
function htmlAddress(template: string, version: string, recipient: Recipient): string {
  const { app, endpoint, values, substitutions } = recipient
  return `render/html?${new URLSearchParams({
    template,
    version,
    ...(app !== undefined && { app }),
    ...(endpoint !== undefined && { endpoint }),
    ...(values !== undefined && { values: JSON.stringify(values) }),
    ...(substitutions !== undefined && { substitutions: JSON.stringify(substitutions) }),
  })}`
}
