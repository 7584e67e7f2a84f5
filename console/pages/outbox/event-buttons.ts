import type { EmailEvent, PushEvent, SmsEvent } from '../../../server/model/event-record.ts'
import type { OutboxMessage } from '../../api/types.ts'

/** A button that records an event of a message. */
interface EventButton {
  type: string
  /** What it does. */
  name: string
  attributes?: Record<string, string>
}

/** What can happen to an e-mail once it was sent. */
const ofEmail: Record<Exclude<EmailEvent, '_email.send' | '_email.rendering_failure'>, string> = {
  '_email.delivered': 'Mark delivered',
  '_email.open': 'Mark opened',
  '_email.click': 'Mark clicked',
  '_email.hardbounce': 'Mark hard bounced',
  '_email.softbounce': 'Mark soft bounced',
  '_email.complaint': 'Mark complained of',
  '_email.rejected': 'Mark rejected',
  '_email.unsubscribe': 'Mark unsubscribed',
}

const ofSms: Record<SmsEvent, string> = {
  '_SMS.BUFFERED': 'Mark buffered',
  '_SMS.SUCCESS': 'Mark delivered',
  '_SMS.FAILURE': 'Mark not delivered',
  '_SMS.OPTOUT': 'Mark opted out',
}

const ofPush: Record<PushEvent extends `_campaign.${infer Name}` ? Name : never, string> = {
  opened_notification: 'Mark opened',
  received_foreground: 'Mark received in foreground',
  received_background: 'Mark received in background',
}

/** The buttons for a message, by its channel; there are none by voice and custom channels. */
export function eventButtons(message: OutboxMessage): EventButton[] {
  const { channel = '', journey } = message
  if (channel === 'EMAIL') {
    return buttonsOf(ofEmail).map(button =>
      button.type === '_email.click' ? { ...button, ...clickOn(message) } : button,
    )
  }
  if (channel === 'SMS') return buttonsOf(ofSms)
  if (['', 'VOICE', 'CUSTOM', 'IN_APP'].includes(channel)) return []
  const prefix = journey === undefined ? '_campaign.' : '_journey.'
  return buttonsOf(ofPush).map(({ type, name }) => ({ type: prefix + type, name }))
}

const buttonsOf = (names: Record<string, string>): EventButton[] =>
  Object.entries(names).map(([type, name]) => ({ type, name }))

/** A click is on the first link of the e-mail, if it has one. */
function clickOn({ html = '', text = '' }: OutboxMessage): Pick<EventButton, 'attributes'> {
  const [, inHtml] = /<a\b[^>]*?\bhref\s*=\s*["']?(https?:[^"'\s>]+)/i.exec(html) ?? []
  const link = inHtml?.replaceAll('&amp;', '&') ?? /https?:[^\s<>"']+/.exec(text)?.[0]
  return link === undefined ? {} : { attributes: { link } }
}
