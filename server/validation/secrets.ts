import { KindGuard, type TSchema } from '@sinclair/typebox'
import { isObject } from '../model/is-object.ts'

const known = new WeakMap<TSchema, boolean>()

/** Whether a schema is `writeOnly` or has such a member: messages do not quote its values. */
export function holdsSecrets(schema: TSchema): boolean {
  let holds = known.get(schema)
  if (holds === undefined) {
    holds =
      schema.writeOnly === true ||
      (KindGuard.IsObject(schema) && Object.values(schema.properties).some(holdsSecrets))
    known.set(schema, holds)
  }
  return holds
}

/**
 * Copies a value that holds secrets, with `***` for each of them, and for each member that the
 * schema does not know, which may be a misspelt one.
 *
 * @returns undefined if the value is no object, and so could be anything
 */
export function withoutSecrets(schema: TSchema, value: unknown): object | undefined {
  if (!KindGuard.IsObject(schema) || !isObject(value)) return undefined
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      const known = Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined
      if (known === undefined) return ['***', '***']
      return [name, holdsSecrets(known) ? (withoutSecrets(known, member) ?? '***') : member]
    }),
  )
}
