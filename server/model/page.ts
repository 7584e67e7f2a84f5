/** A page to fetch: at most `limit` entries, older than the entry with the number `before`. */
export interface Page {
  limit: number
  before: number
}

/** An entry of a list, with its number, which is the cursor of the list. */
export interface Listed<T> {
  seq: number
  value: T
}
