import { announce } from '../../announce.tsx'
import { call } from '../../api/calls.ts'
import { useFetched } from '../../api/fetched.ts'
import { useReload } from '../../api/live.ts'
import type { Events, OutboxMessage, StoredEvent } from '../../api/types.ts'
import { Body } from '../../parts/body.tsx'
import { ActionButton } from '../../parts/form.tsx'
import { Icon } from '../../parts/icon.tsx'
import { hasFailed } from '../../parts/messages.tsx'
import { Section } from '../../parts/page.tsx'
import { Loaded } from '../../parts/states.tsx'
import { Time } from '../../parts/time.tsx'
import { to } from '../../router.ts'
import { eventButtons } from './event-buttons.ts'

/** The events of a message, and buttons that say what its recipient, or its carrier, has done. */
export function Happenings({ message }: { message: OutboxMessage }) {
  const events = useFetched<Events>(to`events?message=${message.id}&page-size=1000`)
  useReload(events.reload, ['messages', 'counts', 'campaign', 'journey'])
  const buttons = hasFailed(message) ? [] : eventButtons(message)
  const record = async (eventType: string, attributes: Record<string, string> | undefined) => {
    await call('POST', to`messages/${message.id}/events`, {
      body: { eventType, ...(attributes && { attributes }) },
    })
    announce(`${eventType} is recorded.`)
    events.reload()
  }
  return (
    <Section title="Events">
      {buttons.length > 0 && (
        <fieldset class="event-buttons">
          <legend class="hint">
            Do what its recipient or carrier would do. Journeys, campaigns and KPIs hear of it.
          </legend>
          <div class="actions">
            {buttons.map(({ type, name, attributes }) => (
              <ActionButton key={type} does={() => record(type, attributes)}>
                {name}
              </ActionButton>
            ))}
          </div>
        </fieldset>
      )}
      <Loaded from={events}>
        {({ items }) =>
          items.length === 0 ? (
            <p class="hint">
              {hasFailed(message) ? 'None: nothing happens to a message that was not sent.' : 'None so far.'}
            </p>
          ) : (
            <ol class="happenings" aria-label="Events, the latest first">
              {items.map(item => (
                <Happening key={item.id} item={item} />
              ))}
            </ol>
          )
        }
      </Loaded>
    </Section>
  )
}

const Happening = ({ item: { event } }: { item: StoredEvent }) => (
  <li>
    <details>
      <summary>
        <Icon name="chevron-right" />
        <code>{event.event_type}</code>
        <span class="meta">
          <Time at={new Date(event.event_timestamp).toISOString()} />
        </span>
      </summary>
      <Body text={JSON.stringify(event)} label={`The record of ${event.event_type}`} />
    </details>
  </li>
)
