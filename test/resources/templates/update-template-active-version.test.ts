import t from 'tap'
import { isError } from '../../support/helpers.ts'
import { templateTypes, tickingClock, withTemplates } from '../../support/templates.ts'

for (const { type, path } of templateTypes) {
  t.test(`a version of type ${type} is made active, and is not changed by that`, async t => {
    const { call, create, url } = withTemplates(t, { now: tickingClock() })
    await create('a', { TemplateDescription: 'one' }, path)
    await call('PUT', `${url('a', path)}?create-new-version=true`, { TemplateDescription: 'two' })
    const { body: second } = await call('GET', `${url('a', path)}?version=2`)
    const { status, headers, body } = await call('PUT', `${url('a', type)}/active-version`, { Version: '2' })
    t.equal(status, 200)
    t.strictSame(body, { Message: 'OK', RequestID: headers['x-amzn-requestid'] })
    t.strictSame((await call('GET', url('a', path))).body, second)
  })
}

t.test('latest means the version that is the latest then: a later one does not become active', async t => {
  const { create, update, get, activate } = withTemplates(t)
  await create('a')
  await update('a', {}, 'create-new-version=true')
  await activate('a', 'latest')
  await update('a', {}, 'create-new-version=true')
  t.equal((await get('a')).Version, '2')
  await activate('a', '1')
  t.equal((await get('a')).Version, '1')
})

t.test('a version that is missing or wrong answers 400 or 404, and the active one stays', async t => {
  const { call, create, update, get, url } = withTemplates(t)
  await create('a')
  await update('a', {}, 'create-new-version=true')
  const activate = (body: object, name = 'a', type = 'SMS') =>
    call('PUT', `${url(name, type)}/active-version`, body)
  const required = 'Version is required: it must be a number, or latest'
  isError(t, await activate({}), 400, 'BadRequestException', required)
  isError(t, await activate({ Version: null }), 400, 'BadRequestException', required)
  isError(t, await activate({ Version: 2 }), 400, 'BadRequestException', 'Version must be a string; got 2')
  for (const Version of ['3', '0', '$LATEST', '']) {
    const message = `Template version not found: a/${Version}`
    isError(t, await activate({ Version }), 404, 'NotFoundException', message)
  }
  isError(t, await activate({ Version: '1' }, 'b'), 404, 'NotFoundException', 'Template not found: b')
  isError(
    t,
    await activate({ Version: '1' }, 'a', 'EMAIL'),
    404,
    'NotFoundException',
    'Template not found: a',
  )
  isError(t, await activate({ Version: '1' }, 'a', 'FAX'), 400, 'BadRequestException', /^template-type must/)
  t.equal((await get('a')).Version, '1')
})
