import { type Static, Type } from '@sinclair/typebox'
import { Tags } from './tags.ts'

export const CreateApplicationRequest = Type.Object({
  Name: Type.String({ minLength: 1 }),
  tags: Type.Optional(Tags),
})

export const ApplicationResponse = Type.Object({
  Arn: Type.String(),
  CreationDate: Type.Optional(Type.String()),
  Id: Type.String(),
  Name: Type.String(),
  tags: Type.Optional(Tags),
})
export type ApplicationResponse = Static<typeof ApplicationResponse>

export const ApplicationsResponse = Type.Object({
  Item: Type.Optional(Type.Array(ApplicationResponse)),
  NextToken: Type.Optional(Type.String()),
})
