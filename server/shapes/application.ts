import { type Static, Type } from '@sinclair/typebox'
import { MapOfString } from './common.ts'

export const CreateApplicationRequest = Type.Object({
  Name: Type.String({ minLength: 1 }),
  tags: Type.Optional(MapOfString),
})

export const ApplicationResponse = Type.Object({
  Arn: Type.String(),
  CreationDate: Type.Optional(Type.String()),
  Id: Type.String(),
  Name: Type.String(),
  tags: Type.Optional(MapOfString),
})
export type ApplicationResponse = Static<typeof ApplicationResponse>

export const ApplicationsResponse = Type.Object({
  Item: Type.Optional(Type.Array(ApplicationResponse)),
  NextToken: Type.Optional(Type.String()),
})
