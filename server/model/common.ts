import {
  Kind,
  type SchemaOptions,
  type TObject,
  type TSchema,
  type TString,
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

/**
 * The parameters of a path.
 *
 * @param descriptions of the parameters, by their names
 */
export function pathParams<Name extends string>(
  descriptions: Record<Name, string>,
): TObject<Record<Name, TString>> {
  const parameters = Object.entries<string>(descriptions)
  return Type.Object(
    Object.fromEntries(parameters.map(([name, description]) => [name, Type.String({ description })])),
  ) as TObject<Record<Name, TString>>
}

const applicationId = 'Id of the application'

/** Path of every operation on one application. */
export const ApplicationParams = pathParams({ applicationId })

/** Path of an operation on something in an application, whose parameters are described likewise. */
export const paramsInApplication = <Name extends string>(descriptions: Record<Name, string>) =>
  pathParams({ applicationId, ...descriptions } as Record<Name | 'applicationId', string>)

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

/** One page of a list, as it is answered. */
export const PageOf = <T extends TSchema>(item: T) =>
  Type.Object({ Item: Type.Array(item), NextToken: Type.Optional(Type.String()) })

/** The body that answers a write of an endpoint. */
export const MessageBody = Type.Object({
  RequestID: Type.Optional(Type.String()),
  Message: Type.Optional(Type.String()),
})
