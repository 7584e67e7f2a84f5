import { isTruthy, scalarOf } from '../values.ts'
import { type ConditionHelper, toNumber } from './helper.ts'

const comparison = (name: string, holds: (order: number | undefined) => boolean): ConditionHelper => ({
  kind: 'condition',
  usage: `${name} a b`,
  takes: [2, 2],
  test: ([left, right]) => holds(compare(left, right)),
})

/**
 * Helpers that test values. What `and` and `or` do is written of as comparing values, but shown as
 * testing whether they are true (source: guide).
 */
export const conditions: Record<string, ConditionHelper> = {
  if: {
    kind: 'condition',
    usage: '#if a',
    takes: [1, 1],
    isBlockOnly: true,
    test: ([value]) => isTruthy(value),
  },
  unless: {
    kind: 'condition',
    usage: '#unless a',
    takes: [1, 1],
    isBlockOnly: true,
    test: ([value]) => !isTruthy(value),
  },
  eq: comparison('eq', order => order === 0),
  neq: comparison('neq', order => order !== 0),
  gt: comparison('gt', order => order !== undefined && order > 0),
  gte: comparison('gte', order => order !== undefined && order >= 0),
  lt: comparison('lt', order => order !== undefined && order < 0),
  lte: comparison('lte', order => order !== undefined && order <= 0),
  and: {
    kind: 'condition',
    usage: 'and a b',
    takes: [2, Number.POSITIVE_INFINITY],
    test: values => values.every(isTruthy),
  },
  or: {
    kind: 'condition',
    usage: 'or a b',
    takes: [2, Number.POSITIVE_INFINITY],
    test: values => values.some(isTruthy),
  },
  not: {
    kind: 'condition',
    usage: 'not a',
    takes: [1, 1],
    test: ([value]) => !isTruthy(value),
  },
}

/**
 * Compares two values: as numbers if both are, else as texts by code points (assumed). A missing
 * value equals another one, and has no order with any other.
 *
 * @returns below, equal to or above 0; undefined where there is no order
 */
function compare(left: unknown, right: unknown): number | undefined {
  const [a, b] = [scalarOf(left), scalarOf(right)]
  if (a === undefined || b === undefined) return a === b ? 0 : undefined
  const [first, second] = [toNumber(a), toNumber(b)]
  if (first !== undefined && second !== undefined) return first - second
  const [one, other] = [String(a), String(b)]
  if (one === other) return 0
  // The order of UTF-8 is that of code points. Broken surrogates are alike there.
  return Buffer.compare(Buffer.from(one), Buffer.from(other)) || (one < other ? -1 : 1)
}
