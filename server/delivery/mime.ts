import type { OutboxMessage } from '../model/message.ts'
import { isHeaderName } from '../validation/header-names.ts'

/**
 * Whether a message of the outbox is an e-mail that was accepted and rendered. Only these have
 * content.
 */
export const isSentEmail = ({ channel, status, renderingFailure }: OutboxMessage): boolean =>
  channel === 'EMAIL' && status === 'SUCCESSFUL' && renderingFailure === undefined

/** Headers that describe the form of an e-mail, which is made here. */
const formHeaders = /^(content-type|content-transfer-encoding|mime-version)$/i

/**
 * Makes the MIME of an e-mail, as a mail server gets it. A RawEmail stays as it was sent. What is no
 * name of a header is not written: it would end the headers. The result for one message is always the
 * same.
 *
 * @param message one that `isSentEmail` accepts
 */
export async function mimeOf(message: OutboxMessage): Promise<Buffer> {
  const { raw, messageId, time, from, replyTo, address, subject, html, text, headers = [] } = message
  if (raw !== undefined) return Buffer.from(raw, 'base64')
  // Loaded when it is first needed, as few processes make e-mails.
  const { default: MailComposer } = await import('nodemailer/lib/mail-composer')
  const mail = new MailComposer({
    from,
    to: address,
    replyTo,
    subject,
    html,
    // SES delivers an e-mail without any part as one with an empty text (assumed).
    text: text ?? (html === undefined ? '' : undefined),
    headers: headers
      .filter(({ name }) => isHeaderName(name) && !formHeaders.test(name))
      .map(({ name, value }) => ({ key: name, value })),
    date: new Date(time),
    // The form of SES (source: SES guide).
    messageId: `<${messageId}@email.amazonses.com>`,
    baseBoundary: messageId!,
    newline: 'win',
    // Texts of a message are never paths or URLs to read.
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return mail.compile().build()
}
