import t from 'tap'
import { isError, sharedTestApp } from '../../support/helpers.ts'

t.test('GetApp answers the application as it was created', async t => {
  const { call, createApp } = sharedTestApp()
  const created = await createApp({ Name: 'shop', tags: { a: 'b' } })
  const { status, body } = await call('GET', `/v1/apps/${created.Id}`)
  t.equal(status, 200)
  t.strictSame(Object.keys(body).sort(), ['Arn', 'CreationDate', 'Id', 'Name', 'tags'])
  t.strictSame(body, created)
})

t.test('an unknown application answers 404 NotFoundException', async t => {
  const { call, createApp } = sharedTestApp()
  await createApp()
  for (const id of ['0'.repeat(32), 'x', '__proto__', '%27%20OR%201=1--', '%00']) {
    isError(t, await call('GET', `/v1/apps/${id}`), 404, 'NotFoundException', 'Application not found')
  }
})
