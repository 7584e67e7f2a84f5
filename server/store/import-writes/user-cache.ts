import type { Likeness, Sibling } from '../endpoints/endpoints.ts'

/**
 * The endpoints of users, as far as they are known without another look into the database: those that they had, if any, and
 * those that they have got since. In most files a user's endpoints stand one after the other. What is known holds for as
 * long as nobody else writes.
 */
export function createKnownUsers() {
  const users = new Map<string, Sibling[]>()

  return {
    /** A user's endpoints, without the row `but`; undefined where they are not known. */
    others: (userId: string, but?: number): Sibling[] | undefined =>
      users.get(userId)?.filter(({ seq }) => seq !== but),

    /** As `Endpoints.turnOfAlike` says; undefined also where they are not known. */
    turnOfAlike(userId: string, like: Likeness): number | undefined {
      const endpoints = users.get(userId)
      return endpoints && turnAmong(endpoints, like)
    },

    isKnown: (userId: string): boolean => users.has(userId),

    /** Which endpoints a user has, where that was not known. */
    note(userId: string, endpoints: Sibling[]): void {
      if (!users.has(userId)) users.set(userId, endpoints)
    },

    /** That an endpoint is another one's now, or no one's, or has changed. */
    noteWrite(before: string | null, after: string | null, endpoint: Sibling): void {
      if (before !== null) {
        const left = users.get(before)?.filter(({ seq }) => seq !== endpoint.seq)
        if (left !== undefined) users.set(before, left)
      }
      if (after !== null) users.get(after)?.push(endpoint)
    },

    forget: (): void => users.clear(),
  }
}

/** What `turnOfAlike` says of endpoints. */
export function turnAmong(others: Sibling[], { most, user_attributes }: Likeness): number | undefined {
  if (others.length > most) return undefined
  let newest = 0
  for (const other of others) {
    if (other.user_attributes !== user_attributes) return undefined
    newest = Math.max(newest, other.turn)
  }
  return newest
}
