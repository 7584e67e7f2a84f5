import type { MessageEvent } from '../../model/event-record.ts'
import { phoneDigits } from '../../model/phone-digits.ts'

/** Numbers of AWS's SMS simulator whose messages are not delivered (source: guide). */
const undelivered = new Set([
  '+14254147167',
  '+447860019067',
  '+33755512502',
  '+61455944039',
  '+34683783442',
  '+394390009174',
  '+3197008100150',
  '+46790645102',
])

/** What becomes of an SMS message after it was sent: it is delivered, but for the simulator's numbers. */
export const eventsOfSms = (address: string): MessageEvent[] => [
  '_SMS.BUFFERED',
  undelivered.has(phoneDigits(address) ?? '') ? '_SMS.FAILURE' : '_SMS.SUCCESS',
]

/** What becomes of an e-mail to an address of the mailbox simulator of SES (source: guide of SES). */
const mailboxes: Record<string, MessageEvent[]> = {
  bounce: ['_email.hardbounce'],
  suppressionlist: ['_email.hardbounce'],
  complaint: ['_email.delivered', '_email.complaint'],
}

/** What becomes of an e-mail: it is delivered, but for the simulator's addresses. */
export function eventsOfEmail(address: string): MessageEvent[] {
  const [, mailbox = ''] = /^([a-z]+)(?:\+.*)?@simulator\.amazonses\.com$/i.exec(address) ?? []
  const name = mailbox.toLowerCase()
  const events: MessageEvent[] = Object.hasOwn(mailboxes, name) ? mailboxes[name]! : ['_email.delivered']
  return ['_email.send', ...events]
}
