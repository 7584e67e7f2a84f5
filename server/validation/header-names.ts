import { templateLimits } from '../model/quotas.ts'
import { describe } from './explain.ts'

/** Whether a text can be the name of an e-mail's header (source: RFC 5322, 2.2). */
export const isHeaderName = (text: string): boolean => /^[\x21-\x39\x3b-\x7e]+$/.test(text)

/**
 * Checks the names of an e-mail's headers. A header without a name is none, as generated requests have
 * such ones (assumed).
 *
 * @param member that lists them
 * @returns what is wrong, as a sentence; undefined if nothing is
 */
export function explainHeaderNames(
  member: string,
  headers: readonly { Name?: string }[] = [],
): string | undefined {
  for (const [index, { Name }] of headers.entries()) {
    if (!Name) continue
    const name = `${member}.${index}.Name`
    if (Name.length > templateLimits.headerName) {
      return `${name} must have at most ${templateLimits.headerName} characters; got ${Name.length}`
    }
    if (!isHeaderName(Name)) {
      return `${name} must be the name of a header: ASCII characters without spaces and colons, such as List-Unsubscribe; got ${describe(Name)}`
    }
  }
  return undefined
}
