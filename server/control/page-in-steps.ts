import { setImmediate } from 'node:timers/promises'
import type { beginPage } from '../http/paging.ts'

/** What a step has found, and the cursor of the next step; undefined at the end. */
interface Step<Cursor, Found> {
  found: (Found & { at: Cursor })[]
  next: Cursor | undefined
}

/**
 * Reads a page of a list step by step. Other calls go on between the steps.
 *
 * @param page as `beginPage` has begun it
 * @param step reads some entries from a cursor on, at most as many as the limit
 * @param toItem makes an entry what the page has of it
 * @param maxSteps after which the page is short, or empty, and has a token
 */
export async function pageInSteps<Cursor, Found, Item>(
  { limit, after, answer }: ReturnType<typeof beginPage<Cursor>>,
  step: (from: Cursor, limit: number) => Step<Cursor, Found>,
  toItem: (found: Found) => Item,
  maxSteps = 10,
): Promise<{ items: Item[]; nextToken?: string }> {
  const entries: { at: Cursor; value: Item }[] = []
  let next: Cursor | undefined = after
  for (let steps = 0; next !== undefined && entries.length < limit && steps < maxSteps; steps++) {
    if (steps > 0) await setImmediate()
    const some = step(next, limit - entries.length)
    for (const found of some.found) entries.push({ at: found.at, value: toItem(found) })
    next = some.next
  }
  const { values, token } = answer(entries, next)
  return { items: values, ...(token !== undefined && { nextToken: token }) }
}
