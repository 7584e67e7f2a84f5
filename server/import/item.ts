/** A line of an object's content. */
export interface Line {
  /** The line without its end, and without a byte order mark. */
  text: string
  /** The first line of an object is 1. */
  number: number
  /** The byte of the content at which the line begins. */
  start: number
  /** The byte at which the next line begins. */
  end: number
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
  /** Whether the piece that the record is in cannot be imported either. */
  failsPiece: boolean
}

export const isBad = <T>(item: Item<T>): item is BadItem => 'reason' in item

export const bad = (line: Line, reason: string): BadItem => ({ line, reason, failsPiece: false })

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
    yield batch.map(item => {
      if (isBad(item)) return item
      const result = step(item.value)
      return typeof result === 'string' ? bad(item.line, result) : { line: item.line, value: result }
    })
  }
}
