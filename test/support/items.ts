import type { Test } from 'tap'
import type { DecodedLine } from '../../server/import/read/decode-lines.ts'
import { type BadItem, type Item, isBad } from '../../server/import/read/item.ts'

/** Lines as the decoder gives them, numbered from `from`. */
export function linesOf(texts: string[], from = 1): DecodedLine[] {
  let start = 0
  return texts.map((text, index) => {
    const end = start + Buffer.byteLength(text) + 1
    const number = from + index
    const line = {
      text,
      number,
      start,
      end,
      nextNumber: number + 1,
      lineBreak: '\n' as const,
      problem: undefined,
    }
    start = end
    return line
  })
}

/** A line that the decoder could not read as text. */
export const spoiledLine = (number = 1): DecodedLine => ({
  ...linesOf(['x'], number)[0]!,
  problem: 'spoiled',
})

/** Every item that a stage gives, its batches joined. */
export async function collect<T>(batches: AsyncIterable<Item<T>[]>): Promise<Item<T>[]> {
  const items: Item<T>[] = []
  for await (const batch of batches) items.push(...batch)
  return items
}

/** What became of each record: its value, or why it is bad. */
export const outcomes = <T>(items: Item<T>[]): (T | string)[] =>
  items.map(item => (isBad(item) ? item.reason : item.value))

export const badOnes = <T>(items: Item<T>[]): BadItem<T>[] => items.filter(item => isBad(item))

/**
 * Expects as many values as there are patterns, each to match its own; `t.match` lets further values through.
 */
export function matchEach(t: Test, values: unknown[], patterns: unknown[], what = 'each as it should be') {
  t.equal(values.length, patterns.length, `${what}: how many`)
  t.match(values, patterns, what)
}

/** A signal that nobody raises. */
export const signal: AbortSignal = new AbortController().signal
