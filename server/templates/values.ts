import { limits } from './limits.ts'
import { TemplateError } from './template-error.ts'

/** A value that helpers compute with. Undefined stands for one that is missing. */
export type Scalar = string | number | boolean | undefined

/** The values of a template's variables, in layers: of two that have a value, the upper one counts. */
export interface TemplateValues {
  /**
   * Substitutions, those that count first come first: of the recipient, of the channel's message, of
   * the default message. Undefined ones are skipped.
   */
  substitutions?: readonly (object | undefined)[]
  /** The endpoint, as GetEndpoint answers it. */
  endpoint?: object
  /** The members RecommendationItems and Recommendations. */
  recommendations?: object
  /** DefaultSubstitutions as an object; its keys may have dots, or be nested. */
  defaults?: object
}

/** Keys that stand for more parts than this are looked for only if they stand for the whole path. */
const maxPartsOfKey = 8

/** A name that needs no brackets; those of digits alone are indexes of lists. */
const word = /^(?!\d+$)[^\s!"#%-,./;->@[-^`{-~]+$/

/** A key that a path may begin with. */
interface Key {
  key: string
  /** How many parts of the path it stands for. */
  length: number
}

/** A variable's path as it is looked up in a layer: by a key that it begins with, then step by step. */
export class LookupPath {
  readonly parts: readonly string[]
  /** The parts as templates write them: those that are no words are in brackets. */
  readonly #names: readonly string[]
  /** The path as templates write it: `User.UserAttributes.[Last Name].[0]`. */
  readonly written: string
  /** Its first part alone. */
  readonly firstKey: readonly Key[]
  #keys: Key[] | undefined
  #joined: { map: LookupPath; path: LookupPath } | undefined

  constructor(parts: readonly string[], names = parts.map(part => (word.test(part) ? part : `[${part}]`))) {
    this.parts = parts
    this.#names = names
    this.written = names.join('.')
    this.firstKey = parts.slice(0, 1).map(key => ({ key, length: 1 }))
  }

  /** This path in a map that has one itself. It is kept for the next time, mostly in the same map. */
  in(map: LookupPath): LookupPath {
    if (map.parts.length === 0) return this
    if (this.#joined?.map !== map) {
      const path = new LookupPath([...map.parts, ...this.parts], [...map.#names, ...this.#names])
      this.#joined = { map, path }
    }
    return this.#joined.path
  }

  /** All keys, the longest first: each as templates write it, and without brackets. */
  get keys(): readonly Key[] {
    if (this.#keys !== undefined) return this.#keys
    const { parts, written } = this
    this.#keys = [{ key: written, length: parts.length }]
    for (let length = Math.min(parts.length, maxPartsOfKey); length > 0; length--) {
      const key = this.#names.slice(0, length).join('.')
      const plain = parts.slice(0, length).join('.')
      if (length < parts.length) this.#keys.push({ key, length })
      if (plain !== key) this.#keys.push({ key: plain, length })
    }
    return this.#keys
  }
}

/** The layers of one rendering. */
export class Layers {
  /** Keys that are paths have a dot, or begin with a bracket: `Attributes.[Last Name]`, `[Last Name]`. */
  readonly #layers: readonly { values: Record<string, unknown>; hasPaths: boolean }[]
  #merged: object | undefined

  constructor({ substitutions = [], endpoint, recommendations, defaults }: TemplateValues) {
    const all = [...substitutions, endpoint, recommendations, defaults]
    const values = all.filter(layer => layer !== undefined) as Record<string, unknown>[]
    this.#layers = values.map(values => ({
      values,
      hasPaths: Object.keys(values).some(key => key.includes('.') || key.startsWith('[')),
    }))
  }

  /**
   * The value of a variable in the first layer that has one (order: assumed, see the fixtures). A list
   * or a text counts as a whole: an item that it does not have is taken from no other one, only from a
   * key that names the item (assumed, as Substitutions are merged by name and the recipient's win).
   *
   * @returns undefined where none has
   */
  find(path: LookupPath): unknown {
    const { parts } = path
    let hasList = false
    for (const { values, hasPaths } of this.#layers) {
      for (const { key, length } of hasPaths ? path.keys : path.firstKey) {
        if (!Object.hasOwn(values, key) || (hasList && leadsToItem(values[key], parts, length))) continue
        const value = memberOf(values[key], parts, length)
        if (value !== undefined) return value
        hasList ||= leadsToItem(values[key], parts, length)
      }
    }
    return undefined
  }

  /** All variables as one map. */
  merged(): object {
    const layers = this.#layers.map(({ values }) => values)
    this.#merged ??= Object.assign(Object.create(null), ...layers.toReversed()) as object
    return this.#merged
  }
}

/**
 * Follows a path through maps and lists. Only their own members are seen, so no path leads to a
 * prototype. Of a text, `.[0]` is the text itself (assumed: attributes are lists, substitutions may
 * be texts).
 *
 * @param from how many parts of the path come before
 * @returns undefined where the path leads nowhere, or to null or an empty list, which are no values
 */
export function memberOf(value: unknown, path: readonly string[], from = 0): unknown {
  let found = value
  for (let index = from; index < path.length; index++) {
    const part = path[index]!
    if (typeof found !== 'object' || found === null) {
      if (part !== '0') return undefined
    } else if (Object.hasOwn(found, part) && !(part === 'length' && Array.isArray(found))) {
      found = found[part as keyof typeof found]
    } else {
      return undefined
    }
  }
  return isNothing(found) ? undefined : found
}

const isNothing = (value: unknown): boolean =>
  value === undefined || value === null || (Array.isArray(value) && value.length === 0)

/** Whether a path goes through maps to an item of a list with items, or of a text, be it there or not. */
function leadsToItem(value: unknown, path: readonly string[], from = 0): boolean {
  let found = value
  for (let index = from; index < path.length; index++) {
    const part = path[index]!
    if (isNothing(found)) return false
    if (typeof found !== 'object' || Array.isArray(found)) return /^\d+$/.test(part)
    if (!Object.hasOwn(found!, part)) return false
    found = found![part as keyof typeof found]
  }
  return false
}

/** What Handlebars takes for false: nothing, false, 0, the empty text and the empty list. */
export const isTruthy = (value: unknown): boolean =>
  Array.isArray(value) ? value.length > 0 : Boolean(value)

/**
 * A value as one that helpers compute with. A list of one value is that value; of more, they are
 * joined by commas, as Handlebars.js prints them (assumed).
 *
 * @throws TemplateError for a map, and for a list of lists or maps
 */
export function scalarOf(value: unknown): Scalar {
  if (Array.isArray(value)) {
    if (value.length === 1) return scalarOf(itemOf(value[0]))
    return value.length === 0 ? undefined : value.map(item => textOf(itemOf(item))).join(',')
  }
  if (value === null) return undefined
  if (typeof value === 'object') {
    throw new TemplateError(`a map is not a value; its members are ${keysOf(value)}`)
  }
  return value as Scalar
}

function itemOf(item: unknown): unknown {
  if (!Array.isArray(item)) return item
  throw new TemplateError('a list of lists is not a value')
}

function keysOf(map: object): string {
  const keys = Object.keys(map)
  const named = keys.slice(0, 5).map(key => key.slice(0, 50))
  return [...named, ...(keys.length > named.length ? ['…'] : [])].join(', ') || 'none'
}

/**
 * A value as it is output; empty for one that is missing.
 *
 * @throws TemplateError for what is no value, as `scalarOf`
 */
export function textOf(value: unknown): string {
  const scalar = scalarOf(value)
  if (scalar === undefined) return ''
  return typeof scalar === 'number' ? textOfNumber(scalar) : String(scalar)
}

/** A number in its shortest form, and never with an exponent: 6, 7.3, 0.0000001 (assumed). */
function textOfNumber(number: number): string {
  const text = String(number)
  const [, sign, first, others = '', exponent] = /^(-?)(\d)(?:\.(\d+))?e(.*)$/.exec(text) ?? []
  if (exponent === undefined) return text
  const digits = `${first}${others}`
  const power = Number(exponent)
  return power < 0 ? `${sign}0.${'0'.repeat(-power - 1)}${digits}` : `${sign}${digits.padEnd(power + 1, '0')}`
}

/**
 * The indexes of a list, or the names of a map, that each goes through. A text that is not empty is its
 * only item, as defaults may have texts where endpoints have lists (assumed).
 */
export function eachKeys(value: unknown): string[] {
  if (typeof value === 'string' && value !== '') return ['0']
  if (typeof value !== 'object' || value === null) return []
  const keys = Array.isArray(value) ? value.slice(0, limits.items).keys() : Object.keys(value)
  return [...keys].slice(0, limits.items).map(String)
}
