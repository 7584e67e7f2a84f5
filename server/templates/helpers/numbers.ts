import { TemplateError } from '../template-error.ts'
import { numberOf, type ValueHelper } from './helper.ts'

/** A helper that computes with two numbers. */
const ofTwo = (name: string, compute: (a: number, b: number) => number): ValueHelper => ({
  kind: 'value',
  usage: `${name} 5 2.3`,
  takes: [2, 2],
  call: ([a, b]) => withoutNoise(compute(numberOf(a), numberOf(b))),
})

/** A helper that rounds a number. */
const ofOne = (name: string, compute: (number: number) => number): ValueHelper => ({
  kind: 'value',
  usage: `${name} 5.23`,
  takes: [1, 1],
  call: ([number]) => compute(numberOf(number)),
})

/** Helpers that compute. */
export const numbers: Record<string, ValueHelper> = {
  add: ofTwo('add', (a, b) => a + b),
  subtract: ofTwo('subtract', (a, b) => a - b),
  multiply: ofTwo('multiply', (a, b) => a * b),
  // Eight decimals (source: guide, by its sample).
  divide: ofTwo('divide', (a, b) => Number((a / divisor(b)).toFixed(8))),
  modulo: ofTwo('modulo', (a, b) => a % divisor(b)),
  ceiling: ofOne('ceiling', Math.ceil),
  floor: ofOne('floor', Math.floor),
  round: ofOne('round', Math.round),
}

function divisor(number: number): number {
  if (number === 0) throw new TemplateError('a number cannot be divided by zero')
  return number
}

/** Without the noise of binary fractions: 0.1 + 0.2 is 0.3. */
function withoutNoise(number: number): number {
  if (Number.isSafeInteger(number)) return number
  if (!Number.isFinite(number)) throw new TemplateError('the result is too large a number')
  return Number(number.toPrecision(15))
}
