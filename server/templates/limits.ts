import { TemplateError } from './template-error.ts'

/**
 * What a template may cost. A template is input: with these limits, none takes more than about a
 * second, or more memory than its output. Real templates stay far below all of them. They are
 * counts, not times, so a template renders everywhere or nowhere.
 */
export const limits = {
  /** Characters of a template. More could not be output either. */
  characters: 10_000_000,
  /** Tokens in the tags of a template: `{{User.UserId}}` has five. The parser takes microseconds for each. */
  tokens: 20_000,
  /** Blocks, else-ifs and subexpressions inside one another. The parser takes quadratic time in this. */
  nesting: 200,
  /** Blocks and partials that are being rendered inside one another; a partial may call itself. */
  depth: 500,
  /** Steps of one rendering: one for a tag, a helper, and for 32 characters that a helper reads or makes. */
  steps: 500_000,
  /** Bytes of UTF-8 that a template may render to (source: the size of an e-mail, quotas page). */
  bytes: 10_000_000,
  /** Items of a list that each goes through; further ones are left out (source: guide; left out: assumed). */
  items: 15,
} as const

/**
 * Checks how long a text becomes, before it is made.
 *
 * @param length in UTF-16 units: in UTF-8, the text has at least as many bytes
 * @throws TemplateError when that is more than a template may render to
 */
export function checkLength(length: number): void {
  if (length > limits.bytes) {
    throw new TemplateError(`the template renders to more than ${limits.bytes.toLocaleString('en')} bytes`)
  }
}
