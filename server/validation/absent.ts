import { KindGuard, type TSchema } from '@sinclair/typebox'

/**
 * Removes members of structures that are null, which counts as absent: some SDKs write null for
 * "not set" (assumed). A null in a map or a list stays, and fails validation. A map or list with too
 * many entries is not changed, as it fails validation anyway.
 *
 * @param value is changed in place; it need not match the schema
 */
export function removeAbsent(schema: TSchema, value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  if (KindGuard.IsArray(schema)) {
    const { items, maxItems = Number.POSITIVE_INFINITY } = schema
    if (Array.isArray(value) && value.length <= maxItems) for (const item of value) removeAbsent(items, item)
    return
  }
  const object = value as Record<string, unknown>
  if (KindGuard.IsRecord(schema)) {
    if (Object.keys(object).length > (schema.maxProperties ?? Number.POSITIVE_INFINITY)) return
    const ofValues = Object.values(schema.patternProperties)[0]!
    for (const name in object) removeAbsent(ofValues, object[name])
  } else if (KindGuard.IsObject(schema)) {
    for (const name in schema.properties) {
      if (object[name] === null) delete object[name]
      else removeAbsent(schema.properties[name]!, object[name])
    }
  }
}
