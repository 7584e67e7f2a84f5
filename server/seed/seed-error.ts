import { StartError } from '../process/start-error.ts'

/** Mistakes that one message names. */
const maxNamed = 20

/** Says what is wrong with the seed: every mistake, as far as they fit into one message. */
export class SeedError extends StartError {
  constructor(mistakes: string[]) {
    const named = mistakes.slice(0, maxNamed)
    const more = mistakes.length - named.length
    super(
      `the seed cannot be applied:\n  ${named.join('\n  ')}${more === 0 ? '' : `\n  and ${more} more mistakes`}`,
    )
  }
}
