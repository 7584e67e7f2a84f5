import type { Test } from 'tap'
import { sharedTestApp } from './helpers.ts'

/** An application in which ann has three endpoints, one of them INACTIVE, and ben has one. */
export async function withUsers(t: Test) {
  const { call, createApp } = sharedTestApp()
  const { Id } = await createApp()
  const endpoint = (id: string) => `/v1/apps/${Id}/endpoints/${encodeURIComponent(id)}`
  const put = async (id: string, UserId: string, more: object = {}) => {
    const { status } = await call('PUT', endpoint(id), {
      ChannelType: 'EMAIL',
      Address: id,
      User: { UserId },
      ...more,
    })
    t.equal(status, 202)
  }
  await put('z', 'ann', {
    User: { UserId: 'ann', UserAttributes: { Plan: ['pro'] } },
    Metrics: { Visits: 2 },
  })
  await put('ben', 'ben')
  await put('m', 'ann', { EndpointStatus: 'INACTIVE' })
  await put('a', 'ann')
  return {
    call,
    createApp,
    put,
    app: Id as string,
    get: (id: string) => call('GET', endpoint(id)),
    user: (id: string) => `/v1/apps/${Id}/users/${encodeURIComponent(id)}`,
  }
}

/** User ids that a path must carry with care. */
export const oddUserIds = [
  'ann@example.com',
  '+12065550100',
  'a/b',
  'a b',
  'ünï',
  '100%',
  'a?b#c',
  'x'.repeat(300),
]
