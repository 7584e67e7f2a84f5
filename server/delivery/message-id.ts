import { randomUUID } from 'node:crypto'

const digits = '0123456789abcdefghijklmnopqrstuv'

/**
 * A new MessageId of an SMS message, 40 of the digits 0 to v (source: observed), and of a voice
 * message (assumed).
 */
export function newMessageId(): string {
  let id = ''
  while (id.length < 40) id += digits[Math.floor(Math.random() * digits.length)]
  return id
}

/** A new MessageId of an e-mail, in the form of SES (source: guide). */
export const newEmailId = (now: Date): string =>
  `01${now.getTime().toString(16).padStart(14, '0')}-${randomUUID()}-000000`
