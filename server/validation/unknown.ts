import { Kind, KindGuard, type TSchema } from '@sinclair/typebox'

/**
 * Removes members of structures that their schemas do not name, which Pinpoint ignores (source: API
 * reference); those of a schema with `additionalProperties: true` stay. Values of `OneOfAnyCase` are in
 * upper case afterwards.
 *
 * @param value fits the schema; is changed in place
 */
export function removeUnknown(schema: TSchema, value: unknown): void {
  if (KindGuard.IsArray(schema)) {
    for (const item of value as unknown[]) removeUnknown(schema.items, item)
    return
  }
  const object = value as Record<string, unknown>
  if (KindGuard.IsRecord(schema)) {
    const ofValues = Object.values(schema.patternProperties)[0]!
    for (const name in object) removeUnknown(ofValues, object[name])
  } else if (KindGuard.IsObject(schema) && schema.additionalProperties !== true) {
    for (const name in object) {
      const member = Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined
      if (member === undefined) delete object[name]
      else if (member[Kind] === 'OneOfAnyCase') object[name] = (object[name] as string).toUpperCase()
      else removeUnknown(member, object[name])
    }
  }
}
