import { Type } from '@sinclair/typebox'

export const UpdateAttributesRequest = Type.Object({ Blacklist: Type.Optional(Type.Array(Type.String())) })

export const AttributesResource = Type.Object({
  ApplicationId: Type.String(),
  AttributeType: Type.String(),
  Attributes: Type.Optional(Type.Array(Type.String())),
})
