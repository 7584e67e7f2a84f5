import { KindGuard, type TSchema } from '@sinclair/typebox'

/**
 * Copies a value without the members of structures that its schema does not name, which Pinpoint
 * ignores (source: API reference).
 *
 * @param value fits the schema
 */
export function knownMembers(schema: TSchema, value: unknown): unknown {
  if (KindGuard.IsArray(schema)) {
    return (value as unknown[]).map(item => knownMembers(schema.items, item))
  }
  if (!KindGuard.IsObject(schema)) return value
  const known: Record<string, unknown> = {}
  for (const [name, member] of Object.entries(schema.properties)) {
    const given = (value as Record<string, unknown>)[name]
    if (given !== undefined) known[name] = knownMembers(member, given)
  }
  return known
}
