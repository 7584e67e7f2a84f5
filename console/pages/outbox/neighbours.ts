import { get } from '../../api/calls.ts'
import { type Fetched, useLoaded } from '../../api/fetched.ts'
import type { Messages } from '../../api/types.ts'

/** The messages beside one, if there are any. */
export interface Neighbours {
  newer?: number | undefined
  older?: number | undefined
}

/** The ids of the list that was shown last, the newest first. */
let listed: readonly number[] = []

/** Remembers the list that the reader may open a message of. */
export function rememberList(ids: readonly number[]): void {
  listed = ids
}

/** How many ids above a message are looked through for the next one. */
const window = 100

/**
 * Finds the messages beside one: in the list that it was opened from, which may be filtered, or else
 * in the whole outbox.
 */
export function useNeighbours(id: number): Fetched<Neighbours> {
  return useLoaded(`beside ${id}`, async signal => {
    const at = listed.indexOf(id)
    if (at !== -1) return { newer: listed[at - 1], older: listed[at + 1] }
    const [above, below] = await Promise.all([
      get<Messages>(`messages?brief=true&page-size=${window}&after=${id}&before=${id + window + 1}`, signal),
      get<Messages>(`messages?brief=true&page-size=1&before=${id}`, signal),
    ])
    return { newer: above.items.at(-1)?.id, older: below.items[0]?.id }
  })
}
