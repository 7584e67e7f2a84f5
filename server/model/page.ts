/** A page to fetch: at most `limit` entries, all of them older than the entry numbered `before`. */
export interface Page {
  limit: number
  before: number
}

/** An entry of a list: what it answers with, under the number that it was created with. */
export interface Listed<T> {
  seq: number
  value: T
}
