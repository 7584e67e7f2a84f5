import { announce } from '../../announce.tsx'
import { call } from '../../api/calls.ts'
import { useFetched } from '../../api/fetched.ts'
import type { OutboxMessage } from '../../api/types.ts'
import { cutText } from '../../format.ts'
import { ConfirmButton } from '../../parts/confirm.tsx'
import { Icon } from '../../parts/icon.tsx'
import { MessageStatus, messageTitle, recipientOf } from '../../parts/messages.tsx'
import { Page, Section } from '../../parts/page.tsx'
import { Empty, Loaded } from '../../parts/states.tsx'
import { go, to } from '../../router.ts'
import { Content } from './content.tsx'
import { Happenings } from './happenings.tsx'
import { MessageFacts } from './message-facts.tsx'
import { useNeighbours } from './neighbours.ts'
import { Trouble } from './trouble.tsx'
import { useKeys } from './use-keys.ts'

const above: [string, string][] = [['Outbox', 'outbox']]

/** One message: what its recipient got, or why it got nothing, and what has happened to it since. */
export default function MessagePage({ message: id }: { message: string }) {
  const message = useFetched<OutboxMessage>(to`messages/${id}`)
  const { value, error } = message
  if (error?.status === 404) {
    return (
      <Page title={`Message ${id}`} above={above} actions={/^\d+$/.test(id) && <Beside id={Number(id)} />}>
        <Empty icon="inbox" title="This message is not there">
          <p>It was deleted, a reset has removed it, or it was older than those that OUTBOX_LIMIT keeps.</p>
          <p>
            <a href="outbox">All messages</a>
          </p>
        </Empty>
      </Page>
    )
  }
  const remove = async () => {
    await call('DELETE', to`messages/${id}`)
    announce('The message is deleted.')
    go('outbox')
  }
  return (
    <Page
      title={value === undefined ? `Message ${id}` : titleOf(value)}
      above={above}
      ready={value !== undefined}
      beside={value && <MessageStatus message={value} />}
      actions={
        value && (
          <>
            <Beside id={value.id} />
            <ConfirmButton label="Delete" title="Delete this message?" does={remove}>
              <p>Its events stay.</p>
            </ConfirmButton>
          </>
        )
      }
    >
      <Loaded from={message}>
        {message => (
          <div class="message">
            <div>
              <Trouble message={message} />
              <Content message={message} />
              <Happenings message={message} />
            </div>
            <div class="message-facts">
              <Section title="Who and why">
                <MessageFacts message={message} />
              </Section>
            </div>
          </div>
        )}
      </Loaded>
    </Page>
  )
}

const titleOf = (message: OutboxMessage): string =>
  cutText(messageTitle(message) || `Message to ${recipientOf(message)}`, 120)

/** Links to the messages beside a message, which are also `k` and `j`. */
function Beside({ id }: { id: number }) {
  const { newer, older } = useNeighbours(id).value ?? {}
  const addressOf = (other: number | undefined) => (other === undefined ? undefined : to`outbox/${other}`)
  useKeys({ j: addressOf(older), k: addressOf(newer) })
  return (
    <nav class="actions" aria-label="Messages beside this one">
      <BesideLink address={addressOf(newer)} name="Newer" icon="chevron-left" keyName="k" />
      <BesideLink address={addressOf(older)} name="Older" icon="chevron-right" keyName="j" />
    </nav>
  )
}

const BesideLink = ({
  address,
  name,
  icon,
  keyName,
}: {
  address: string | undefined
  name: string
  icon: string
  keyName: string
}) =>
  address === undefined ? null : (
    <a class="button" href={address} title={`${name} message (${keyName})`} aria-keyshortcuts={keyName}>
      <Icon name={icon} />
      {name}
    </a>
  )
