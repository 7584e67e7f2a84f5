import { Type } from '@sinclair/typebox'
import { ListOf } from './common.ts'
import { endpointLimits } from './quotas.ts'

/** What RemoveAttributes is told: as many names or globs as there can be names (assumed). */
export const UpdateAttributesRequest = Type.Object({
  Blacklist: Type.Optional(ListOf(Type.String(), endpointLimits.customAttributes)),
})

export const AttributesResource = Type.Object({
  ApplicationId: Type.String(),
  AttributeType: Type.String(),
  Attributes: Type.Optional(Type.Array(Type.String())),
})
