import { Kind, KindGuard, type TSchema } from '@sinclair/typebox'

/**
 * Copies a value without the members of structures that its schema does not name, which Pinpoint
 * ignores (source: API reference). Values of `OneOfAnyCase` are in upper case afterwards.
 *
 * @param value fits the schema
 */
export function knownMembers(schema: TSchema, value: unknown): unknown {
  if (KindGuard.IsArray(schema)) {
    return (value as unknown[]).map(item => knownMembers(schema.items, item))
  }
  if (schema[Kind] === 'OneOfAnyCase') return (value as string).toUpperCase()
  if (!KindGuard.IsObject(schema)) return value
  const known: Record<string, unknown> = {}
  for (const [name, member] of Object.entries(schema.properties)) {
    const given = (value as Record<string, unknown>)[name]
    if (given !== undefined) known[name] = knownMembers(member, given)
  }
  return known
}
