/**
 * Measures in turns, so that a noisy machine disturbs all alike: the yardstick, each subject, the yardstick,
 * each subject in the other order, and so on; the yardstick is first and last.
 *
 * @param subjects the builds, or what stands for each of them
 * @returns what was measured of the yardstick, and of each subject in the order of `subjects`
 */
export async function measureInTurns<Subject, Yardstick, Figure>(
  subjects: Subject[],
  rounds: number,
  measureYardstick: () => Promise<Yardstick>,
  measure: (subject: Subject) => Promise<Figure>,
): Promise<{ yardstick: Yardstick[]; figures: Figure[][] }> {
  const yardstick = [await measureYardstick()]
  const figures: Figure[][] = subjects.map(() => [])
  for (let round = 0; round < rounds; round++) {
    const order = [...subjects.keys()]
    if (round % 2 > 0) order.reverse()
    for (const index of order) figures[index]!.push(await measure(subjects[index]!))
    yardstick.push(await measureYardstick())
  }
  return { yardstick, figures }
}

export const median = (figures: number[]): number => quantile(figures, 0.5)

/** @param part from 0 to 1, such as 0.99 */
export const quantile = (figures: number[], part: number): number =>
  figures.toSorted((a, b) => a - b)[Math.floor(figures.length * part)]!
