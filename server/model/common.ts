import {
  Kind,
  type SchemaOptions,
  type TObject,
  type TSchema,
  type TUnsafe,
  Type,
  TypeRegistry,
} from '@sinclair/typebox'

/**
 * A string that is one of a few, checked as a whole, so that a wrong one yields a single clear sentence (a union
 * of literals yields one for each).
 */
export function OneOf<const T extends string>(values: readonly T[], options: SchemaOptions = {}): TUnsafe<T> {
  return Type.Unsafe<T>({ ...options, [Kind]: 'OneOf', type: 'string', enum: values })
}
TypeRegistry.Set<{ enum: string[] }>('OneOf', (schema, value) => schema.enum.includes(value as string))

/** The same object, without any member but those that it names. */
export const closed = <T extends TObject>(schema: T): TObject<T['properties']> =>
  Type.Object(schema.properties, { additionalProperties: false }) as TObject<T['properties']>

/** Path of every operation on one application. */
export const ApplicationParams = Type.Object({
  applicationId: Type.String({ description: 'Id of the application' }),
})

/**
 * A map under names of the caller's own. The pattern says any text: TypeBox's own stops at a line break.
 *
 * @param maxProperties the most names, counted before the values are checked; every map of a request
 *   has such a limit
 */
export const MapOf = <T extends TSchema>(value: T, maxProperties?: number) =>
  Type.Record(Type.String({ pattern: '^[^]*$' }), value, maxProperties === undefined ? {} : { maxProperties })

/** A list of a request. Its entries are counted before they are checked. */
export const ListOf = <T extends TSchema>(item: T, maxItems: number) => Type.Array(item, { maxItems })

/** The body that answers a write of an endpoint. */
export const MessageBody = Type.Object({
  RequestID: Type.Optional(Type.String()),
  Message: Type.Optional(Type.String()),
})
