import { KindGuard, type TSchema } from '@sinclair/typebox'
import { explainCount, ofRequest } from '../validation/explain.ts'

/**
 * The most that a body may hold (assumed), well above the largest request of any operation: a full
 * UpdateEndpointsBatch has at most some 30,000 names and 385,000 values. What is below takes less
 * than a quarter of a second to parse.
 */
const limits = { levels: 100, names: 50_000, values: 400_000 }

/** What a body holds: names of members, and values, those of members included. */
interface Counts {
  names: number
  values: number
  /** The map or list with the most entries. */
  largest: { path: string[]; count: number }
}

/**
 * Checks how much is in a body before it is parsed: to parse 7 MB of short names or empty lists takes
 * seconds and hundreds of megabytes, to count them takes milliseconds.
 *
 * @param bytes JSON in UTF-8; whether it is that is not checked
 * @param schema of the operation's body
 * @returns a sentence on what is too much, which names the largest map or list; undefined if nothing is
 */
export function checkBodySize(bytes: Buffer, schema: TSchema | undefined): string | undefined {
  const counts = countValues(bytes)
  if (counts === undefined) return `The request body must be nested at most ${limits.levels} levels deep`
  const kind = (['names', 'values'] as const).find(kind => counts[kind] > limits[kind])
  if (kind === undefined) return undefined
  const { path, count } = counts.largest
  const member = ofRequest.member(path)
  const known = schemaAt(schema, path)
  if (count > (known?.maxProperties ?? known?.maxItems)) return explainCount(known!, member, count)
  const where = path.length > 0 && count > counts[kind] / 2 ? `, ${count} of them in ${member}` : ''
  return `The request body must have at most ${limits[kind]} ${kind} in all; got ${counts[kind]}${where}`
}

/** A map or list that the count is in: its commas so far, and where its last name was, if it is a map. */
interface Open {
  commas: number
  nameFrom: number
  nameTo: number
}

/** Counts in one pass that makes nothing of what it sees. Gives undefined for what is nested too deep. */
function countValues(bytes: Buffer): Counts | undefined {
  let names = 0
  let values = 1
  let largest: { count: number; outer: Open[] } = { count: 0, outer: [] }
  const string = { from: 0, to: 0 }
  // By level; the first is outside of the value itself.
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
        // Its first entry; the others come behind commas.
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

/** The schema of what is at a path in a value; undefined where none is known. */
function schemaAt(schema: TSchema | undefined, path: string[]): TSchema | undefined {
  let found = schema
  for (const name of path) {
    if (KindGuard.IsObject(found)) found = found.properties[name]
    else if (KindGuard.IsRecord(found)) found = Object.values(found.patternProperties)[0]
    else found = KindGuard.IsArray(found) ? found.items : undefined
  }
  return found
}
