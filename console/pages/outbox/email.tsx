import { controlUrl } from '../../api/calls.ts'
import { useFetched } from '../../api/fetched.ts'
import type { OutboxMessage } from '../../api/types.ts'
import { Body } from '../../parts/body.tsx'
import { Headers } from '../../parts/headers.tsx'
import { HtmlFrame } from '../../parts/html-frame.tsx'
import { Icon } from '../../parts/icon.tsx'
import { hasFailed } from '../../parts/messages.tsx'
import { Section } from '../../parts/page.tsx'
import { Loaded } from '../../parts/states.tsx'
import { place, to, withQuery } from '../../router.ts'

/** The views of an e-mail, by their names in the address. */
const views = { html: 'HTML', text: 'Text', source: 'HTML source', headers: 'Headers', raw: 'Raw' }
type View = keyof typeof views

/** An e-mail: as it looks, and as it was sent. */
export function Email({ message }: { message: OutboxMessage }) {
  const { html, text } = message
  const has: Record<View, boolean> = {
    html: html !== undefined,
    text: text !== undefined,
    source: html !== undefined,
    headers: true,
    raw: !hasFailed(message),
  }
  const names = (Object.keys(views) as View[]).filter(name => has[name])
  const asked = place.value.query.get('view') as View
  const view = has[asked] ? asked : names[0]!
  return (
    <Section title="E-mail">
      <nav class="tabs" aria-label="Views of the e-mail">
        {names.map(name => (
          <a
            key={name}
            href={withQuery({ view: name === names[0] ? undefined : name })}
            aria-current={name === view ? 'page' : undefined}
          >
            {views[name]}
          </a>
        ))}
      </nav>
      {view === 'html' && (
        <HtmlFrame title="The e-mail" address={to`messages/${message.id}/html`} html={html!} />
      )}
      {view === 'text' && <Body text={text!} label="Text" />}
      {view === 'source' && <Body text={html!} label="HTML source" />}
      {view === 'headers' && <Headers caption="Headers of the e-mail" headers={headersOf(message)} />}
      {view === 'raw' && <Raw id={message.id} />}
    </Section>
  )
}

/** The addresses of an e-mail, then the headers that the caller has set. */
const headersOf = (message: OutboxMessage): { name: string; value: string }[] =>
  [
    { name: 'From', value: message.from },
    { name: 'To', value: message.address },
    { name: 'Reply-To', value: message.replyTo?.join(', ') },
    { name: 'Subject', value: message.subject },
    { name: 'Bounces to', value: message.feedbackForwardingAddress },
    ...(message.headers ?? []),
  ].flatMap(({ name, value }) => (value === undefined ? [] : [{ name, value }]))

/** The e-mail as a mail server would get it. */
function Raw({ id }: { id: number }) {
  const address = to`messages/${id}/raw`
  const raw = useFetched<string>(address)
  return (
    <Loaded from={raw}>
      {text => (
        <>
          <Body text={text} label="The e-mail as a mail server would get it" />
          <p>
            <a class="button" href={new URL(address, controlUrl).href} download>
              <Icon name="download" />
              Download message-{id}.eml
            </a>
          </p>
        </>
      )}
    </Loaded>
  )
}
