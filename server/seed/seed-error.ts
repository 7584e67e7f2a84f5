import { StartError } from '../process/start-error.ts'

/** Mistakes that a message names at most. */
const maxNamed = 20

/** The message names the mistakes in the seed, up to a maximum. */
export class SeedError extends StartError {
  constructor(mistakes: string[]) {
    const named = mistakes.slice(0, maxNamed)
    const more = mistakes.length - named.length
    super(
      `the seed cannot be applied:\n  ${named.join('\n  ')}${more === 0 ? '' : `\n  and ${more} more mistakes`}`,
    )
  }
}
