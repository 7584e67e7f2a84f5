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
 * An enum of strings. It is checked as a whole, so that a wrong value gives a single clear sentence
 * (a union of literals gives one for each).
 */
export function OneOf<const T extends string>(values: readonly T[], options: SchemaOptions = {}): TUnsafe<T> {
  return Type.Unsafe<T>({ ...options, [Kind]: 'OneOf', type: 'string', enum: values })
}
TypeRegistry.Set<{ enum: string[] }>('OneOf', (schema, value) => schema.enum.includes(value as string))

/**
 * The same, whatever the case of the value: `removeUnknown` puts it in upper case, as it stands in the list.
 */
export const OneOfAnyCase = <const T extends string>(values: readonly T[]): TUnsafe<T> =>
  Type.Unsafe<T>({ [Kind]: 'OneOfAnyCase', type: 'string', enum: values })
TypeRegistry.Set<{ enum: string[] }>(
  'OneOfAnyCase',
  (schema, value) => typeof value === 'string' && schema.enum.includes(value.toUpperCase()),
)

/** An optional query parameter that is `true` or `false`, as text. */
export const Flag = (description: string) => Type.Optional(OneOf(['true', 'false'], { description }))

/** An object schema that allows no other members. */
export const closed = <T extends TObject>(schema: T): TObject<T['properties']> =>
  Type.Object(schema.properties, { additionalProperties: false }) as TObject<T['properties']>

/**
 * A schema of path parameters.
 *
 * @param descriptions a description of each parameter, by name
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

/** Path parameters of an operation on an application. */
export const ApplicationParams = pathParams({ applicationId })

/**
 * Path parameters of an operation on a resource in an application, described as for `pathParams`.
 */
export const paramsInApplication = <Name extends string>(descriptions: Record<Name, string>) =>
  pathParams({ applicationId, ...descriptions } as Record<Name | 'applicationId', string>)

/**
 * A map with any names but `__proto__`, which an object cannot have safely. The pattern matches all
 * other text; TypeBox's default does not match line breaks.
 *
 * @param maxProperties most names, counted before the values are checked; required for requests
 */
export const MapOf = <T extends TSchema>(value: T, maxProperties?: number) =>
  Type.Record(Type.String({ pattern: '^(?!__proto__$)[^]*$' }), value, {
    additionalProperties: false,
    ...(maxProperties !== undefined && { maxProperties }),
  })

/** A list in a request. Its entries are counted before they are checked. */
export const ListOf = <T extends TSchema>(item: T, maxItems: number) => Type.Array(item, { maxItems })

/** The body that answers a page of a list. */
export const PageOf = <T extends TSchema>(item: T) =>
  Type.Object({ Item: Type.Array(item), NextToken: Type.Optional(Type.String()) })

/** The body that answers writes of endpoints. */
export const MessageBody = Type.Object({
  RequestID: Type.Optional(Type.String()),
  Message: Type.Optional(Type.String()),
})
