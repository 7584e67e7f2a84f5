import t from 'tap'
import { isError, sharedTestApp } from '../../support/helpers.ts'
import { matchEach } from '../../support/items.ts'
import { oddUserIds, withUsers } from '../../support/with-users.ts'

t.test('GetUserEndpoints answers every endpoint of a user as GetEndpoint does, the oldest first', async t => {
  const { call, get, user } = await withUsers(t)
  const { status, body } = await call('GET', user('ann'))
  t.equal(status, 200)
  const endpoints = await Promise.all(['z', 'm', 'a'].map(async id => (await get(id)).body))
  t.strictSame(body, { Item: endpoints })
  matchEach(t, body.Item, [
    { Id: 'z', Metrics: { Visits: 2 } },
    { Id: 'm', EndpointStatus: 'INACTIVE' },
    { Id: 'a', User: { UserId: 'ann', UserAttributes: { Plan: ['pro'] } } },
  ])
})

t.test('an endpoint that goes over to another user is one of theirs', async t => {
  const { call, put, user } = await withUsers(t)
  await put('m', 'ben')
  matchEach(t, (await call('GET', user('ann'))).body.Item, [{ Id: 'z' }, { Id: 'a' }])
  matchEach(t, (await call('GET', user('ben'))).body.Item, [{ Id: 'ben' }, { Id: 'm' }])
})

t.test('a user id is decoded, and may hold what a path cannot', async t => {
  const { call, put, user } = await withUsers(t)
  for (const id of oddUserIds) {
    await put('odd', id)
    const { status, body } = await call('GET', user(id))
    t.equal(status, 200, id)
    t.match(body, { Item: [{ Id: 'odd', User: { UserId: id } }] }, id)
  }
})

t.test('a user without endpoints is unknown: 404 NotFoundException', async t => {
  const { call, put, user } = await withUsers(t)
  await put('ben', 'cleo')
  for (const id of ['nope', 'ANN', 'ben', 'a$b']) {
    isError(t, await call('GET', user(id)), 404, 'NotFoundException', `User not found: ${id}`)
  }
})

t.test('a user of another application is unknown', async t => {
  const { call, createApp } = await withUsers(t)
  const { Id } = await createApp({ Name: 'other' })
  const answer = await call('GET', `/v1/apps/${Id}/users/ann`)
  isError(t, answer, 404, 'NotFoundException', 'User not found: ann')
})

t.test('an unknown application answers 404 NotFoundException', async t => {
  const { call } = sharedTestApp()
  const answer = await call('GET', '/v1/apps/nope/users/ann')
  isError(t, answer, 404, 'NotFoundException', 'Application not found')
})
