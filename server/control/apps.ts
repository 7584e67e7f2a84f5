import { setImmediate } from 'node:timers/promises'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { type Static, Type } from '@sinclair/typebox'
import { orNotFound } from '../http/errors/exceptions.ts'
import { PageQuery, readPage } from '../http/paging.ts'
import type { ApplicationResponse } from '../model/application.ts'
import { ApplicationParams, MapOf } from '../model/common.ts'
import type { AppRef } from '../store/applications/applications.ts'
import type { Store } from '../store/open-store.ts'

export const AppOverview = Type.Object({
  id: Type.String(),
  name: Type.String(),
  tags: MapOf(Type.String()),
  createdAt: Type.String({ description: 'ISO 8601' }),
  endpoints: Type.Object({
    total: Type.Integer(),
    byChannel: MapOf(Type.Integer()),
  }),
  users: Type.Integer({ description: 'Users that the endpoints name' }),
  segments: Type.Integer(),
  importJobs: Type.Integer(),
  exportJobs: Type.Integer(),
  campaigns: Type.Integer(),
  journeys: Type.Integer(),
  messages: Type.Integer({ description: 'Messages that are kept' }),
})
export type AppOverview = Static<typeof AppOverview>

const AppOverviews = Type.Object({
  items: Type.Array(AppOverview),
  nextToken: Type.Optional(Type.String()),
})
export type AppOverviews = Static<typeof AppOverviews>

/** Says how much each application holds, or one of them. */
export const apps: FastifyPluginAsyncTypebox = async app => {
  const { store } = app
  const countUsers = createUserCount(store)

  const overviewOf = async (seq: number, application: ApplicationResponse) => {
    const ref: AppRef = { seq, id: application.Id }
    return { ...store.read(() => countsOf(store, seq, application)), users: await countUsers(ref) }
  }

  app.get(
    '/_pinpoint/apps',
    {
      config: { operation: 'apps' },
      schema: {
        summary: 'All applications and how much they hold, newest first',
        querystring: PageQuery,
        response: { 200: AppOverviews },
      },
    },
    async ({ query }) => {
      const { values, token } = readPage(
        query,
        'app-overviews',
        Number.MAX_SAFE_INTEGER,
        Number.isSafeInteger,
        (limit, before) => store.apps.list({ limit, before }).map(found => ({ at: found.seq, value: found })),
      )
      const items = []
      for (const { seq, value } of values) items.push(await overviewOf(seq, value))
      return { items, ...(token !== undefined && { nextToken: token }) }
    },
  )

  app.get(
    '/_pinpoint/apps/:applicationId',
    {
      config: { operation: 'appOverview' },
      schema: {
        summary: 'How much an application holds',
        params: ApplicationParams,
        response: { 200: AppOverview },
      },
    },
    async ({ params: { applicationId } }) => {
      const found = store.apps.find(applicationId)
      const response = orNotFound(store.apps.get(applicationId), 'Application not found')
      return overviewOf(found!.seq, response)
    },
  )
}

/** An application and how much it holds, without its users, which take long to count. */
export function countsOf(
  { endpointCounts, resourceCounts }: Pick<Store, 'endpointCounts' | 'resourceCounts'>,
  seq: number,
  { Id, Name, tags = {}, CreationDate }: ApplicationResponse,
) {
  const ref: AppRef = { seq, id: Id }
  return {
    id: Id,
    name: Name,
    tags,
    createdAt: CreationDate!,
    endpoints: endpointCounts.get(ref),
    ...resourceCounts(ref),
  }
}

/**
 * Makes the function that counts the users of an application. A count is good until something is
 * written.
 */
function createUserCount({ endpointCounts, dataVersion }: Store): (app: AppRef) => Promise<number> {
  let version = ''
  let counted = new Map<number, number>()

  return async app => {
    const before = dataVersion()
    if (before !== version) {
      version = before
      counted = new Map()
    }
    const known = counted.get(app.seq)
    if (known !== undefined) return known
    let users = 0
    for (const found of endpointCounts.countUsers(app)) {
      users += found
      // Other calls go on between the steps.
      await setImmediate()
    }
    if (dataVersion() === before) counted.set(app.seq, users)
    return users
  }
}
