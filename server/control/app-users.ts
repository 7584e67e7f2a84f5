import { setImmediate } from 'node:timers/promises'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { type Static, Type } from '@sinclair/typebox'
import { beginPage, PageQuery } from '../http/paging.ts'
import { ApplicationParams } from '../model/common.ts'
import { findApp } from '../resources/find.ts'
import { firstUser, isUserCursor, type UserCursor } from '../store/endpoints/user-list.ts'

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

/** Steps that a page takes at most: then it is short, or empty, and has a token. */
const stepsPerPage = 10

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
      const { limit, after, answer } = beginPage(query, list, firstUser, isUserCursor)
      const step = app.store.listUsers(found, prefix)
      const entries = []
      let next: UserCursor | undefined = after
      for (let steps = 0; next !== undefined && entries.length < limit && steps < stepsPerPage; steps++) {
        // Other calls go on between the steps.
        if (steps > 0) await setImmediate()
        const some = step(next, limit - entries.length)
        for (const { at, user } of some.found) entries.push({ at, value: user })
        next = some.next
      }
      const { values, token } = answer(entries, next)
      return { items: values, ...(token !== undefined && { nextToken: token }) }
    },
  )
}
