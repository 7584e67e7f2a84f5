/** A line of an object's content, or the lines of a record that has line breaks in a quoted value. */
export interface Line {
  /** What it says, without its end and without a byte order mark. */
  text: string
  /** The first line of an object is 1; of several lines, this is the first. */
  number: number
  /** The byte of the content at which it begins. */
  start: number
  /** The byte of the content at which reading goes on behind it. */
  end: number
  /** The number of the line in which reading goes on. */
  nextNumber: number
}

/** A record on its way through the stages, each of which adds to it or finds that it is bad. */
export type Item<T> = GoodItem<T> | BadItem<T>

export interface GoodItem<T> {
  line: Line
  value: T
}

export interface BadItem<T = object> {
  line: Line
  /** Why the record cannot be imported. */
  reason: string
  /** Its `Id`, where that could be read. */
  id?: string
  /** What could be read of it, where later stages may find more that is wrong; with stand-ins for what is wrong already. */
  rest?: T
}

export const isBad = <T>(item: Item<T>): item is BadItem<T> => 'reason' in item

/** Problems that one stage tells of a record. */
export const maxTold = 10

/** All that is wrong with a record in one sentence. */
export function joinProblems(problems: string[]): string {
  const told = problems.length > maxTold ? [...problems.slice(0, maxTold), 'more'] : problems
  return told.join(', and ')
}
