/** A line of an object's content, or the lines of one record with line breaks in quoted values. */
export interface Line {
  /** Its text, without the line end and without a byte order mark. */
  text: string
  /** The number of the line, or of the first of several lines; from 1. */
  number: number
  /** The position of its first byte in the content. */
  start: number
  /** The position in the content from which reading continues after it. */
  end: number
  /** The number of the line at that position. */
  nextNumber: number
}

/** A record on its way through the stages of reading, any of which may find that it is bad. */
export type Item<T> = GoodItem<T> | BadItem<T>

export interface GoodItem<T> {
  line: Line
  value: T
}

export interface BadItem<T = object> {
  line: Line
  /** Why the record cannot be imported. */
  reason: string
  /** Its `Id`, if that could be read. */
  id?: string
  /**
   * What could be read of it, for later stages to find more problems. Values that were already
   * found to be wrong are replaced by valid ones.
   */
  rest?: T
}

export const isBad = <T>(item: Item<T>): item is BadItem<T> => 'reason' in item

/** Maximum number of problems that one stage reports of a record. */
export const maxReported = 10

/** Joins all problems of a record into one sentence. */
export function joinProblems(problems: string[]): string {
  const reported = problems.length > maxReported ? [...problems.slice(0, maxReported), 'more'] : problems
  return reported.join(', and ')
}
