import type { Surroundings } from '../run.ts'
import { TemplateError } from '../template-error.ts'
import { type Scalar, scalarOf, textOf } from '../values.ts'

/** What all helpers have. */
interface Described {
  /** An example that its errors show. */
  usage: string
  /** The fewest and the most values that it takes, options aside. */
  takes: readonly [min: number, max: number]
}

/** A helper that makes a value of others. Where one that it needs is missing, so is the result. */
export interface ValueHelper extends Described {
  kind: 'value'
  /** Names of the options that it knows; others are ignored, as Handlebars does. */
  options?: readonly string[]
  /** Values, by position, and options that may be a word without quotes, such as `tz=Europe/Paris`. */
  words?: readonly (number | string)[]
  /** Whether it wants to know of missing values. */
  takesMissing?: true
  /** Steps that it costs beside those for reading and making texts. */
  cost?: number
  call(
    values: readonly unknown[],
    options: Readonly<Record<string, unknown>>,
    surroundings: Surroundings,
  ): Scalar
}

/**
 * A helper that tests values, inline (`{{eq a b yes="x" no="y"}}`, a boolean without these options)
 * or as a block with an else.
 */
export interface ConditionHelper extends Described {
  kind: 'condition'
  isBlockOnly?: true
  test(values: readonly unknown[]): boolean
}

/** A helper whose block is rendered for each item of a list (`loop`), or with a value as its scope. */
export interface BlockHelper extends Described {
  kind: 'loop' | 'scope'
}

/** The helper that gives a member of a value, of whatever type. */
export interface LookupHelper extends Described {
  kind: 'lookup'
}

export type Helper = ValueHelper | ConditionHelper | BlockHelper | LookupHelper

/** A text as a number: digits, with a sign, a point and an exponent at most. */
const number = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i

/** The number that a value is, or that its text stands for; undefined for every other value. */
export function toNumber(value: unknown): number | undefined {
  const scalar = scalarOf(value)
  if (typeof scalar === 'number') return scalar
  const result = typeof scalar === 'string' && number.test(scalar) ? Number(scalar) : Number.NaN
  return Number.isFinite(result) ? result : undefined
}

/** @throws TemplateError for a value that is not a number */
export function numberOf(value: unknown): number {
  const result = toNumber(value)
  if (result === undefined) throw new TemplateError(`${shown(value)} is not a number`)
  return result
}

/**
 * @param what what the number is, for the error
 * @throws TemplateError for a value that is no whole number of at least `least`
 */
export function countOf(value: unknown, what: string, min = 0): number {
  const result = toNumber(value)
  if (result !== undefined && Number.isSafeInteger(result) && result >= min) return result
  throw new TemplateError(`${what} must be a whole number of at least ${min}; got ${shown(value)}`)
}

/** A value as errors show it. */
export function shown(value: unknown): string {
  const text = textOf(value)
  return JSON.stringify(text.length > 50 ? `${text.slice(0, 50)}…` : text)
}
