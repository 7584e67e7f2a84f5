/**
 * The form in which ids are compared: regardless of case (source: API reference), and well-formed,
 * as SQLite stores texts.
 */
export const foldedId = (endpointId: string): string => endpointId.toLowerCase().toWellFormed()

/** What identifies an endpoint in its application. */
export interface EndpointRef {
  /** The id as it was given. */
  id: string
  folded: string
  key: number
}

/**
 * An endpoint by its id.
 *
 * @param app the number of its application
 */
export function endpointRef(app: number, id: string): EndpointRef {
  const folded = foldedId(id)
  return { id, folded, key: endpointKey(app, folded) }
}

/** The lower 36 bits of a key are a hash of the id; the upper ones are the application's. */
const idRange = 2 ** 36
const highBitsOfId = 2 ** (36 - 32) - 1

/** The application's part of a key is its number modulo this. */
const appNumbers = 2 ** 11

/** The range of the keys of an application, which others may share. */
export const keysOf = (app: number) => ({ first: (app % appNumbers) * idRange, count: idRange })

/** Whether the keys of two applications are in the same range. */
export const sharesKeys = (app: number, other: number): boolean => app % appNumbers === other % appNumbers

/**
 * A hash of 47 bits by which an endpoint is found. It is stored, so it must never change. The keys
 * of an application are adjacent, so that a large import touches no pages of other applications.
 * Keys seldom collide, but they can: whoever looks one up compares the ids.
 *
 * @param app the application's `seq`
 * @param id folded
 */
export function endpointKey(app: number, id: string): number {
  let low = Math.imul(app ^ 0x9e3779b9, 0x85ebca6b)
  let high = Math.imul(app ^ 0x7f4a7c15, 0xc2b2ae35)
  for (let index = 0; index < id.length; index++) {
    const unit = id.charCodeAt(index)
    low = Math.imul(low ^ unit, 0x01000193)
    high = Math.imul(high ^ unit, 0x5bd1e995)
    high ^= high >>> 15
  }
  low = Math.imul(low ^ (low >>> 16) ^ high, 0x85ebca6b)
  high = Math.imul(high ^ (high >>> 13) ^ low, 0xc2b2ae35)
  const ofId = ((high ^ (high >>> 16)) & highBitsOfId) * 2 ** 32 + ((low ^ (low >>> 13)) >>> 0)
  return (app % appNumbers) * idRange + ofId
}
