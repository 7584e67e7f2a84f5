import { describe } from './explain.ts'

/**
 * Checks the substitutions of a preview: values by the names of variables, each a string or, as in a
 * message, a list of strings.
 *
 * @param member the wording of a name
 * @returns what is wrong, as a sentence; undefined if nothing is
 */
export function explainSubstitutions(
  substitutions: Record<string, unknown>,
  member: (name: string) => string,
): string | undefined {
  for (const [name, value] of Object.entries(substitutions)) {
    const texts = Array.isArray(value) ? value : [value]
    if (texts.every(text => typeof text === 'string')) continue
    return `${member(name)} must be a string or a list of strings; got ${describe(value)}`
  }
  return undefined
}
