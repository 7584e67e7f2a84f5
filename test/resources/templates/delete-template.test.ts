import t from 'tap'
import { isError } from '../../support/helpers.ts'
import { templateTypes, withTemplates } from '../../support/templates.ts'

for (const { type, path } of templateTypes) {
  t.test(`deleting a template of type ${type} answers 202; its versions and tags are gone`, async t => {
    const { call, create, url } = withTemplates(t)
    const { Arn } = await create('a', { tags: { team: 'red' } }, path)
    await call('PUT', `${url('a', path)}?create-new-version=true`, {})
    const other = templateTypes.find(one => one.path !== path)!
    await create('a', {}, other.path)
    const { status, headers, body } = await call('DELETE', url('a', path))
    t.equal(status, 202)
    t.strictSame(body, { Message: 'Accepted', RequestID: headers['x-amzn-requestid'] })
    const again = await call('DELETE', url('a', path))
    isError(t, again, 404, 'NotFoundException', 'Template not found: a')
    isError(t, await call('GET', url('a', path)), 404, 'NotFoundException', 'Template not found: a')
    t.equal((await call('GET', `/v1/tags/${encodeURIComponent(Arn)}`)).status, 404)
    t.equal((await call('GET', url('a', other.path))).status, 200)

    await create('a', {}, path)
    t.match((await call('GET', url('a', path))).body, { Version: '1', tags: {} }, 'the name starts again')
    t.equal((await call('GET', `${url('a', path)}?version=2`)).status, 404)
  })
}

t.test('one version is deleted; if it was active, the latest of the others becomes active', async t => {
  const { create, update, remove, get, versions } = withTemplates(t)
  await create('a', { Body: 'one' })
  for (const Body of ['two', 'three', 'four']) await update('a', { Body }, 'create-new-version=true')
  await remove('a', 'version=3')
  t.strictSame(await versions('a'), ['4', '2', '1'])
  t.match(await get('a'), { Version: '1', Body: 'one' })
  await remove('a', 'version=1')
  t.match(await get('a'), { Version: '4', Body: 'four' })
  await remove('a', 'version=latest')
  t.match(await get('a'), { Version: '2', Body: 'two' })
})

t.test('deleting the only version deletes the template', async t => {
  const { call, create, update, remove, url, versions } = withTemplates(t)
  await create('a')
  await update('a', {}, 'create-new-version=true')
  await remove('a', 'version=1')
  await remove('a', 'version=2')
  t.equal((await call('GET', url('a'))).status, 404)
  await create('a')
  t.strictSame(await versions('a'), ['1'])
})

t.test('a version that is not there answers 404, and nothing is deleted', async t => {
  const { call, create, url, versions } = withTemplates(t)
  await create('a')
  for (const version of ['2', '$LATEST', '']) {
    const answer = await call('DELETE', `${url('a')}?version=${version}`)
    isError(t, answer, 404, 'NotFoundException', `Template version not found: a/${version}`)
  }
  t.strictSame(await versions('a'), ['1'])
})
