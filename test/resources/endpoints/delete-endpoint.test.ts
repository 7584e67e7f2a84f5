import t from 'tap'
import { isError, sharedTestApp } from '../../support/helpers.ts'

async function withEndpoint() {
  const { call, createApp } = sharedTestApp()
  const { Id } = await createApp()
  const endpoints = `/v1/apps/${Id}/endpoints`
  const endpoint = {
    ChannelType: 'EMAIL',
    Address: 'ann@example.com',
    Attributes: { Ride: ['Bus'] },
    User: { UserId: 'ann' },
  }
  await call('PUT', `${endpoints}/Ann`, endpoint)
  return { call, endpoints, endpoint }
}

t.test('DeleteEndpoint answers 202 with the endpoint as it was, which is then gone', async t => {
  const { call, endpoints } = await withEndpoint()
  const before = (await call('GET', `${endpoints}/Ann`)).body
  const { status, body } = await call('DELETE', `${endpoints}/Ann`)
  t.equal(status, 202)
  t.strictSame(body, before)
  const after = await call('GET', `${endpoints}/Ann`)
  isError(t, after, 404, 'NotFoundException', 'Endpoint not found: Ann')
  const again = await call('DELETE', `${endpoints}/Ann`)
  isError(t, again, 404, 'NotFoundException', 'Endpoint not found: Ann')
})

t.test('DeleteEndpoint finds an id in any case, and leaves other endpoints', async t => {
  const { call, endpoints, endpoint } = await withEndpoint()
  await call('PUT', `${endpoints}/ann2`, { ...endpoint, Address: 'ann2@example.com' })
  t.match(await call('DELETE', `${endpoints}/aNN`), { status: 202, body: { Id: 'Ann' } })
  t.equal((await call('GET', `${endpoints}/Ann`)).status, 404)
  t.equal((await call('GET', `${endpoints}/ann2`)).status, 200)
})

t.test('an id may be used again after a delete, and keeps nothing', async t => {
  const { call, endpoints } = await withEndpoint()
  await call('DELETE', `${endpoints}/Ann`)
  await call('PUT', `${endpoints}/ann`, { ChannelType: 'SMS', Address: '+442071838750' })
  const { body } = await call('GET', `${endpoints}/ann`)
  t.match(body, { Id: 'ann', ChannelType: 'SMS', Attributes: {}, User: {} })
  t.strictSame(body.Attributes, {})
})

t.test('an unknown application answers 404 NotFoundException', async t => {
  const { call } = sharedTestApp()
  const answer = await call('DELETE', '/v1/apps/nope/endpoints/e')
  isError(t, answer, 404, 'NotFoundException', 'Application not found')
})
