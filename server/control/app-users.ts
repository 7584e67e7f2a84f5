import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { type Static, Type } from '@sinclair/typebox'
import { beginPage, PageQuery } from '../http/paging.ts'
import { ApplicationParams } from '../model/common.ts'
import { findApp } from '../resources/find.ts'
import { firstUser, isUserCursor } from '../store/endpoints/user-list.ts'
import { pageInSteps } from './page-in-steps.ts'

const Users = Type.Object({
  items: Type.Array(
    Type.Object({
      id: Type.String({ description: 'The UserId' }),
      endpoints: Type.Integer({ description: 'How many endpoints name it' }),
    }),
  ),
  nextToken: Type.Optional(Type.String()),
})
export type Users = Static<typeof Users>

/**
 * Lists the users that the endpoints of an application name, which no operation of Pinpoint does, in
 * an order that does not change. The one whose id is just the prefix comes first.
 */
export const appUsers: FastifyPluginAsyncTypebox = async app => {
  app.get(
    '/_pinpoint/apps/:applicationId/users',
    {
      config: { operation: 'appUsers' },
      schema: {
        summary:
          'The users that the endpoints of an application name. A page may be short, or empty, and still have a token',
        params: ApplicationParams,
        querystring: Type.Object({
          prefix: Type.Optional(Type.String({ description: 'The beginning of the UserId' })),
          ...PageQuery.properties,
        }),
        response: { 200: Users },
      },
    },
    async ({ params: { applicationId }, query }) => {
      const { prefix = '' } = query
      const found = findApp(app.store, applicationId)
      const list = `users/${applicationId}/${prefix}`
      const page = beginPage(query, list, firstUser, isUserCursor)
      return pageInSteps(page, app.store.listUsers(found, prefix), ({ user }) => user)
    },
  )
}
