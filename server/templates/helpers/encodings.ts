import { createHash } from 'node:crypto'
import { TemplateError } from '../template-error.ts'
import { textOf } from '../values.ts'
import { shown, type ValueHelper } from './helper.ts'

/** A helper that hashes a text; hashes are in lower-case hex (source: guide). */
const ofHash = (algorithm: string): ValueHelper => ({
  kind: 'value',
  usage: `${algorithm} "text"`,
  takes: [1, 1],
  cost: 10,
  call: ([value]) => createHash(algorithm).update(textOf(value)).digest('hex'),
})

/** Helpers that encode and hash the UTF-8 of a text, and the one that makes a UUID. */
export const encodings: Record<string, ValueHelper> = {
  encode64: {
    kind: 'value',
    usage: 'encode64 "text"',
    takes: [1, 1],
    call: ([value]) => Buffer.from(textOf(value)).toString('base64'),
  },
  decode64: {
    kind: 'value',
    usage: 'decode64 "SGVsbG8="',
    takes: [1, 1],
    call: ([value]) => {
      const text = textOf(value)
      if (/^[A-Za-z\d+/]*={0,2}$/.test(text)) return Buffer.from(text, 'base64').toString()
      throw new TemplateError(`${shown(value)} is not in Base64`)
    },
  },
  md5: ofHash('md5'),
  sha256: ofHash('sha256'),
  sha512: ofHash('sha512'),
  uuid: {
    kind: 'value',
    usage: 'uuid',
    takes: [0, 0],
    call: (_values, _options, { uuid }) => uuid(),
  },
}
