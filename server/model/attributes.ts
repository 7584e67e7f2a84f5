import { Type } from '@sinclair/typebox'
import { ListOf } from './common.ts'
import { endpointLimits } from './quotas.ts'

/**
 * The body of RemoveAttributes: names or globs, at most as many as an application has names
 * (assumed).
 */
export const UpdateAttributesRequest = Type.Object({
  Blacklist: Type.Optional(ListOf(Type.String(), endpointLimits.customAttributes)),
})

export const AttributesResource = Type.Object({
  ApplicationId: Type.String(),
  AttributeType: Type.String(),
  Attributes: Type.Optional(Type.Array(Type.String())),
})
