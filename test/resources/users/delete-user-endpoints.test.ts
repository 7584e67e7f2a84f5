import t from 'tap'
import { isError, sharedTestApp } from '../../support/helpers.ts'
import { matchEach } from '../../support/items.ts'
import { oddUserIds, withUsers } from '../../support/with-users.ts'

t.test('DeleteUserEndpoints answers 202 with the endpoints as they were, which are then gone', async t => {
  const { call, get, user } = await withUsers(t)
  const before = (await call('GET', user('ann'))).body
  const { status, body } = await call('DELETE', user('ann'))
  t.equal(status, 202)
  t.equal(body.Item.length, 3)
  t.strictSame(body, before)
  for (const id of ['z', 'm', 'a']) {
    isError(t, await get(id), 404, 'NotFoundException', `Endpoint not found: ${id}`)
  }
  for (const method of ['GET', 'DELETE'] as const) {
    isError(t, await call(method, user('ann')), 404, 'NotFoundException', 'User not found: ann')
  }
})

t.test('endpoints of other users and of the same user elsewhere stay', async t => {
  const { call, user, createApp } = await withUsers(t)
  const { Id } = await createApp({ Name: 'other' })
  const elsewhere = `/v1/apps/${Id}/endpoints/z`
  await call('PUT', elsewhere, { ChannelType: 'EMAIL', Address: 'z', User: { UserId: 'ann' } })
  await call('DELETE', user('ann'))
  const ofBen = await call('GET', user('ben'))
  t.equal(ofBen.status, 200)
  matchEach(t, ofBen.body.Item, [{ Id: 'ben' }])
  t.equal((await call('GET', elsewhere)).status, 200)
})

t.test('a user who comes back has none of the attributes from before', async t => {
  const { call, put, user } = await withUsers(t)
  await call('DELETE', user('ann'))
  await put('z', 'ann')
  const { Item } = (await call('GET', user('ann'))).body
  t.equal(Item.length, 1)
  t.strictSame(Item[0].User, { UserId: 'ann' })
  t.strictSame(Item[0].Metrics, {})
})

t.test('a user id is decoded, and may hold what a path cannot', async t => {
  const { call, put, user } = await withUsers(t)
  for (const id of oddUserIds) {
    await put('odd', id)
    const { status, body } = await call('DELETE', user(id))
    t.equal(status, 202, id)
    matchEach(t, body.Item, [{ Id: 'odd' }], id)
  }
})

t.test('an unknown user and an unknown application answer 404 NotFoundException', async t => {
  const { call, user } = await withUsers(t)
  isError(t, await call('DELETE', user('Ann')), 404, 'NotFoundException', 'User not found: Ann')
  t.equal((await call('GET', user('ann'))).body.Item.length, 3)
  const answer = await sharedTestApp().call('DELETE', '/v1/apps/nope/users/ann')
  isError(t, answer, 404, 'NotFoundException', 'Application not found')
})
