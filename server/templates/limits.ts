import { renderingLimits } from '../model/quotas.ts'
import { type Position, TemplateError } from './template-error.ts'

/**
 * What a template may cost, and the templates of one message together. A template is input: with
 * these limits, no message takes more than about a second, or more memory than its output. Real
 * templates stay far below all of them. They are counts, not times, so a template renders everywhere
 * or nowhere.
 */
export const limits = {
  /** Characters of a template. More could not be output either. */
  characters: 10_000_000,
  /** Tokens in the tags of templates: `{{User.UserId}}` has five. The parser takes microseconds for each. */
  tokens: 20_000,
  /** Blocks, else-ifs and subexpressions inside one another. The parser takes quadratic time in this. */
  nesting: 200,
  /** Blocks and partials that are being rendered inside one another; a partial may call itself. */
  depth: 500,
  /**
   * Steps of rendering: one for a tag, for a helper, for eight names that are looked up, and for 32
   * characters that a helper reads or makes, or that are indented.
   */
  steps: 500_000,
  ...renderingLimits,
} as const

/** What the templates of a message have cost so far. */
export interface Cost {
  tokens: number
  /** Eighths of steps, as whole numbers are fast. */
  eighths: number
  /** What the templates have rendered to. */
  texts: string[]
  /** UTF-16 units of these texts. */
  characters: number
}

export const noCost = (): Cost => ({ tokens: 0, eighths: 0, texts: [], characters: 0 })

/**
 * Checks how long a text becomes, before it is made.
 *
 * @param length in UTF-16 units: in UTF-8, the text has at least as many bytes
 * @throws TemplateError when that is more than the output may have
 */
export function checkLength(length: number): void {
  if (length > limits.bytes) {
    throw new TemplateError(`the message renders to more than ${limits.bytes.toLocaleString('en')} bytes`)
  }
}

/** @throws TemplateError when templates have more tokens than they may */
export function checkTokens(tokens: number, position?: Position): void {
  if (tokens > limits.tokens) {
    const max = limits.tokens.toLocaleString('en')
    throw new TemplateError(`the message has more than ${max} words and signs in its tags`, position)
  }
}
