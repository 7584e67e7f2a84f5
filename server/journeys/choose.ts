import { createHash } from 'node:crypto'

/**
 * A number from 0 to 99.99 that is the same whenever it is asked for. So random choices end the same
 * after a restart. They depend on the name of the journey and not on its id, so that they are also the
 * same in each run of a test.
 */
export function chanceOf(journey: string, activity: string, participant: string): number {
  const hash = createHash('sha256').update(`${journey}/${activity}/${participant}`).digest()
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
