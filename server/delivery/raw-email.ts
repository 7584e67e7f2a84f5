import type { NewOutboxMessage } from '../model/message.ts'

/** What a record has of an e-mail that was sent as a whole. */
export type RawEmailMembers = Pick<
  NewOutboxMessage,
  'raw' | 'from' | 'replyTo' | 'subject' | 'html' | 'text' | 'headers'
>

/**
 * Lines that are read: the parser takes half a minute for a million, and texts come before
 * attachments.
 */
const maxLines = 10_000

/**
 * Reads an e-mail that was sent as a whole (RawEmail), so that it can be found and shown like any
 * other. What is not MIME is kept as it is, and has no parts.
 *
 * @param data the e-mail in base64
 */
export async function readRawEmail(data: string): Promise<RawEmailMembers> {
  const { default: PostalMime } = await import('postal-mime')
  try {
    const {
      from,
      replyTo = [],
      subject,
      html,
      text,
      headers,
    } = await PostalMime.parse(firstLines(Buffer.from(data, 'base64')))
    return {
      raw: data,
      ...(from && { from: written(from) }),
      ...(replyTo.length > 0 && { replyTo: replyTo.map(written) }),
      ...(subject && { subject }),
      ...(html && { html }),
      ...(text && { text }),
      ...(headers.length > 0 && {
        headers: headers.map(({ originalKey, value }) => ({ name: originalKey, value })),
      }),
    }
  } catch {
    // Deeper or longer than the parser takes.
    return { raw: data }
  }
}

const written = ({ name, address }: { name: string; address?: string | undefined }): string =>
  [name, address && (name ? `<${address}>` : address)].filter(Boolean).join(' ')

function firstLines(bytes: Buffer): Buffer {
  let end = 0
  for (let line = 0; line < maxLines; line++) {
    const next = bytes.indexOf('\n', end)
    if (next === -1) return bytes
    end = next + 1
  }
  return bytes.subarray(0, end)
}
