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
export type Item<T> = GoodItem<T> | BadItem

export interface GoodItem<T> {
  line: Line
  value: T
}

export interface BadItem {
  line: Line
  /** Why the record cannot be imported. */
  reason: string
}

export const isBad = <T>(item: Item<T>): item is BadItem => 'reason' in item

/**
 * A stage that looks at one record at a time. Bad items pass through it as they are.
 *
 * @param step gives the record's next form, or a string that says what is wrong with it
 */
export async function* eachGood<In, Out extends object>(
  batches: AsyncIterable<Item<In>[]> | Iterable<Item<In>[]>,
  step: (value: In) => Out | string,
): AsyncGenerator<Item<Out>[]> {
  for await (const batch of batches) {
    yield batch.map(item => (isBad(item) ? item : itemOf(item.line, step(item.value))))
  }
}

/** The item of a record that has a next form, or a string that says what is wrong with it. */
export const itemOf = <T extends object>(line: Line, result: T | string): Item<T> =>
  typeof result === 'string' ? { line, reason: result } : { line, value: result }
