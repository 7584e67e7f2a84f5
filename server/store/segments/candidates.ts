import type { AppRef } from '../applications/applications.ts'
import type { Cover } from './condition.ts'
import type { EndpointTerms } from './value-index.ts'

/** Rows of `endpoints`; undefined where they are too many to be worth finding. */
type Rows = Set<number> | undefined

/** Beyond so many rows of a block behind a cover, going through the block is as fast. */
const mostFound = 4096

/** So few rows are looked at themselves, rather than at what else is said of them. */
const fewFound = 10

/** Finds the rows of a block behind a part of a cover. */
interface Finder {
  find: (block: number) => Rows
  /** How many it found when it was asked last. */
  found: number
}

/**
 * Prepares finding the rows of a block among which all are that meet a condition.
 *
 * @param cover of the condition; its dimensions must be built
 * @returns a function that gives them in order; undefined where one may as well go through the block
 */
export function prepareCandidates(terms: EndpointTerms, app: AppRef, cover: Cover) {
  /** One for each part of the cover, however many others it is part of. */
  const finders = new Map<Cover, Finder['find']>()

  const finderOf = (part: Cover): Finder => {
    const find = finders.get(part) ?? oncePerBlock(createFind(part))
    finders.set(part, find)
    return { find, found: mostFound }
  }
  const createFind = (part: Cover): Finder['find'] => {
    if ('lookup' in part) {
      const find = terms.prepareLookup(app, part.lookup)
      return block => {
        const rows = find(block, mostFound + 1)
        return rows.length > mostFound ? undefined : new Set(rows)
      }
    }
    if ('allOf' in part) {
      const parts = part.allOf.map(finderOf)
      return block => union(parts, block)
    }
    const parts = part.oneOf.map(finderOf)
    return block => intersection(parts, block)
  }

  const { find } = finderOf(cover)
  return (block: number): number[] | undefined => {
    const rows = find(block)
    return rows && [...rows].sort((a, b) => a - b)
  }
}

function oncePerBlock(find: Finder['find']): Finder['find'] {
  let last: { block: number; rows: Rows } | undefined
  return block => {
    if (last?.block !== block) last = { block, rows: find(block) }
    return last.rows
  }
}

function union(parts: Finder[], block: number): Rows {
  const all = new Set<number>()
  for (const part of parts) {
    const rows = part.find(block)
    if (rows === undefined) return undefined
    for (const row of rows) all.add(row)
  }
  return all
}

/** The parts come to stand in the order of what they found in the block before. */
function intersection(parts: Finder[], block: number): Rows {
  let common: Rows
  for (const part of parts) {
    const rows = part.find(block)
    part.found = rows?.size ?? mostFound
    if (rows === undefined) continue
    common = common === undefined ? rows : new Set([...common].filter(row => rows.has(row)))
    if (common.size <= fewFound) break
  }
  parts.sort((a, b) => a.found - b.found)
  return common
}
