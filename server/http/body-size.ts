import { KindGuard, type TSchema } from '@sinclair/typebox'
import { explainCount, ofRequest } from '../validation/explain.ts'

/**
 * Limits of a body (assumed), well above the largest request of any operation: a full
 * UpdateEndpointsBatch has some 30,000 names and 385,000 values. A body within the limits is parsed
 * in less than a quarter of a second.
 */
const limits = { levels: 100, names: 50_000, values: 400_000 }

/** How many member names and values a body has. The values of members count too. */
interface Counts {
  names: number
  values: number
  /** The map or list with the most entries. */
  largest: { path: string[]; count: number }
}

/**
 * Checks a body against the limits before it is parsed: parsing 7 MB of short names or empty lists
 * takes seconds and hundreds of megabytes, counting them takes milliseconds.
 *
 * @param bytes JSON in UTF-8, which is not checked here
 * @param schema the schema of the operation's body
 * @param name what to call the text in the answer, where it is a member that holds JSON
 * @returns a sentence that names the limit and the largest map or list; undefined if all is within
 */
export function checkBodySize(
  bytes: Buffer,
  schema?: TSchema,
  name = 'The request body',
): string | undefined {
  const counts = countValues(bytes)
  if (counts === undefined) return `${name} must be nested at most ${limits.levels} levels deep`
  const kind = (['names', 'values'] as const).find(kind => counts[kind] > limits[kind])
  if (kind === undefined) return undefined
  const { path, count } = counts.largest
  const member = ofRequest.member(path)
  const known = schemaAt(schema, path)
  if (count > (known?.maxProperties ?? known?.maxItems)) return explainCount(known!, member, count)
  const where = path.length > 0 && count > counts[kind] / 2 ? `, ${count} of them in ${member}` : ''
  return `${name} must have at most ${limits[kind]} ${kind} in all; got ${counts[kind]}${where}`
}

/** An open map or list: its commas so far and, of a map, the position of its latest name. */
interface Open {
  commas: number
  nameFrom: number
  nameTo: number
}

/** Counts in one pass, without building values. Gives undefined if the nesting is too deep. */
function countValues(bytes: Buffer): Counts | undefined {
  let names = 0
  let values = 1
  let largest: { count: number; outer: Open[] } = { count: 0, outer: [] }
  const string = { from: 0, to: 0 }
  // One entry per nesting level; the first stands for the outside of the whole value.
  const open = Array.from({ length: limits.levels + 1 }, (): Open => ({ commas: 0, nameFrom: 0, nameTo: 0 }))
  let level = 0
  let here = open[level]!

  for (let at = 0; at < bytes.length; at++) {
    switch (bytes[at]) {
      case 0x22: // "
        string.from = at + 1
        for (at++; at < bytes.length && bytes[at] !== 0x22; at++) if (bytes[at] === 0x5c) at++
        string.to = at
        break
      case 0x3a: // :
        names++
        here.nameFrom = string.from
        here.nameTo = string.to
        break
      case 0x2c: // ,
        values++
        here.commas++
        break
      case 0x7b: // {
      case 0x5b: // [
        if (level === limits.levels) return undefined
        // Its first entry; each comma adds another.
        values++
        here = open[++level]!
        here.commas = here.nameTo = 0
        break
      case 0x7d: // }
      case 0x5d: // ]
        if (bytes[at - 1] === 0x7b || bytes[at - 1] === 0x5b) values--
        else if (here.commas >= largest.count) {
          largest = { count: here.commas + 1, outer: open.slice(1, level).map(outer => ({ ...outer })) }
        }
        if (level > 0) here = open[--level]!
    }
  }
  const path = largest.outer.map(({ commas, nameFrom, nameTo }) =>
    nameTo === 0 ? String(commas) : bytes.toString('utf8', nameFrom, nameTo),
  )
  return { names, values, largest: { path, count: largest.count } }
}

/** The schema of the value at a path; undefined if the schema does not describe it. */
function schemaAt(schema: TSchema | undefined, path: string[]): TSchema | undefined {
  let found = schema
  for (const name of path) {
    if (KindGuard.IsObject(found)) found = found.properties[name]
    else if (KindGuard.IsRecord(found)) found = Object.values(found.patternProperties)[0]
    else found = KindGuard.IsArray(found) ? found.items : undefined
  }
  return found
}
