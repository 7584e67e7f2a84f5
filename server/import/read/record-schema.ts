import { type Static, type TObject, type TSchema, Type } from '@sinclair/typebox'
import { closed } from '../../model/common.ts'
import { EndpointDemographic, EndpointLocation, EndpointRequest, EndpointUser } from '../../model/endpoint.ts'

/**
 * Members of exported endpoints that an import ignores, so that exports can be imported (assumed).
 */
export const ignoredNames = ['EndpointStatus', 'ApplicationId', 'CohortId', 'CreationDate'] as const

const { EndpointStatus: _, ...requestMembers } = EndpointRequest.properties

/** A record of either format: an endpoint with its id. Other names are refused. */
export const ImportedEndpoint = Type.Object(
  {
    ...requestMembers,
    Id: Type.Optional(Type.String()),
    Demographic: Type.Optional(closed(EndpointDemographic)),
    Location: Type.Optional(closed(EndpointLocation)),
    User: Type.Optional(closed(EndpointUser)),
  },
  { additionalProperties: false },
)

export type ImportedEndpoint = Static<typeof ImportedEndpoint>

/**
 * The user of a record that has a UserId and nothing else: it stands for the user's endpoints
 * (source: guide).
 */
export function userOf(record: { User?: { UserId?: string } }): string | undefined {
  const { User } = record
  return User?.UserId !== undefined && hasNoneBut(record, 'User') && hasNoneBut(User, 'UserId')
    ? User.UserId
    : undefined
}

/** Whether an object has no members other than this one. */
export function hasNoneBut(object: object, member: string): boolean {
  for (const name in object) if (name !== member) return false
  return true
}

const withType = (type: string, schema: TObject, prefix = '') =>
  Object.entries<TSchema>(schema.properties)
    .filter(([, member]) => member.type === type)
    .map(([name]) => prefix + name)

/** The names that a CSV column may have, by the type of its values. */
export const importedNames = {
  single: new Set([
    ...withType('string', ImportedEndpoint),
    ...withType('string', EndpointDemographic, 'Demographic.'),
    ...withType('string', EndpointLocation, 'Location.'),
    ...withType('string', EndpointUser, 'User.'),
  ]),
  numbers: new Set(withType('number', EndpointLocation, 'Location.')),
  /** Followed by a name of the caller's own; the values are lists of strings. */
  attributes: ['Attributes', 'User.UserAttributes'],
} as const
