/** The form in which ids are compared: without regard to case (source: API reference), and as the database keeps texts. */
export const foldedId = (endpointId: string): string => endpointId.toLowerCase().toWellFormed()

/** What an endpoint is found by, within its application. */
export interface EndpointRef {
  /** As it was given. */
  id: string
  folded: string
  key: number
}

export function endpointRef(app: number, id: string): EndpointRef {
  const folded = foldedId(id)
  return { id, folded, key: endpointKey(app, folded) }
}

/** Of a key, 36 bits are made of the id; those before them are the application's. Powers are worked out here, once. */
const idRange = 2 ** 36
const highBitsOfId = 2 ** (36 - 32) - 1

/** Applications after which their numbers begin again in the keys. */
const appNumbers = 2 ** 11

/**
 * A number of 47 bits by which an endpoint is found, the same for the same application and id for ever: it stands in
 * the database. The keys of an application are next to each other, so that an import of many touches those of no other, and
 * spread evenly there, so two endpoints seldom have the same; whoever looks one up compares the ids.
 *
 * @param app the application's row
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
