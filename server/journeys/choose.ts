import { createHash } from 'node:crypto'

/**
 * A number from 0 to 99.99 that is the same whenever it is asked for: random choices end the same
 * after a restart, and in each run of a test.
 */
export function chanceOf(journeyId: string, activity: string, participant: string): number {
  const hash = createHash('sha256').update(`${journeyId}/${activity}/${participant}`).digest()
  return (hash.readUInt32BE(0) % 10_000) / 100
}

/** The index of the branch that a chance falls into; their percentages add up to 100. */
export function branchOf(percentages: readonly number[], chance: number): number {
  let sum = 0
  for (const [index, percentage] of percentages.entries()) {
    sum += percentage
    if (chance < sum) return index
  }
  return percentages.length - 1
}
