import { KindGuard, type TSchema } from '@sinclair/typebox'

/** Whether a schema is `writeOnly` or has such a member: messages do not quote its values. */
export function holdsSecrets(schema: TSchema): boolean {
  if (schema.writeOnly === true) return true
  return KindGuard.IsObject(schema) && Object.values(schema.properties).some(holdsSecrets)
}
