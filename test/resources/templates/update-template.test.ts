import t from 'tap'
import { isError } from '../../support/helpers.ts'
import { templateTypes, tickingClock, withTemplates } from '../../support/templates.ts'

for (const { type, path, body } of templateTypes) {
  t.test(`an update of type ${type} replaces all of its content, and keeps its tags`, async t => {
    const { call, create, url } = withTemplates(t, { now: tickingClock() })
    await create('a', { ...body, tags: { team: 'red' } }, path)
    const { body: before } = await call('GET', url('a', path))
    const change = { TemplateDescription: 'new', tags: { team: 'blue', 'aws:x': 'y' } }
    const updated = await call('PUT', url('a', path), change)
    t.equal(updated.status, 202)
    const RequestID = updated.headers['x-amzn-requestid']
    t.strictSame(updated.body, { Message: 'Accepted', RequestID })
    const { body: after } = await call('GET', url('a', path))
    t.ok(after.LastModifiedDate > before.LastModifiedDate)
    t.strictSame(after, {
      Arn: before.Arn,
      CreationDate: before.CreationDate,
      LastModifiedDate: after.LastModifiedDate,
      TemplateName: 'a',
      TemplateType: type,
      Version: '1',
      TemplateDescription: 'new',
      tags: { team: 'red' },
    })
  })
}

t.test('without create-new-version, the latest version is replaced, also where it is not active', async t => {
  const { create, update, get, versions } = withTemplates(t, { now: tickingClock() })
  await create('a', { Body: 'one' })
  await update('a', { Body: 'two' }, 'create-new-version=true')
  const first = await get('a')
  const second = await get('a', 'version=2')
  await update('a', { Body: 'new' })
  await update('a', { Body: 'newer' }, 'create-new-version=false')
  t.strictSame(await get('a'), first)
  t.match(await get('a', 'version=2'), { Body: 'newer', CreationDate: first.CreationDate })
  t.ok((await get('a', 'version=2')).LastModifiedDate > second.LastModifiedDate)
  t.strictSame(await versions('a'), ['2', '1'])
})

t.test('version guards against replacing a version that the caller has not seen', async t => {
  const { call, create, update, get, url } = withTemplates(t)
  await create('a', { Body: 'one' })
  await update('a', { Body: 'two' }, 'version=1')
  await update('a', { Body: 'two' }, 'create-new-version=true')
  const late = await call('PUT', `${url('a')}?version=1`, { Body: 'late' })
  isError(t, late, 400, 'BadRequestException', 'version must be the latest one, which is 2; got 1')
  const unknown = await call('PUT', `${url('a')}?version=3`, { Body: 'late' })
  isError(t, unknown, 404, 'NotFoundException', 'Template version not found: a/3')
  const both = await call('PUT', `${url('a')}?version=2&create-new-version=true`, { Body: 'late' })
  isError(t, both, 400, 'BadRequestException', 'version must not be given with create-new-version=true')
  const odd = await call('PUT', `${url('a')}?create-new-version=yes`, { Body: 'late' })
  isError(t, odd, 400, 'BadRequestException', 'create-new-version must be one of true, false; got "yes"')
  t.equal((await get('a', 'version=latest')).Body, 'two')
  await update('a', { Body: 'three' }, 'version=2')
  await update('a', { Body: 'four' }, 'version=latest')
  t.equal((await get('a', 'version=2')).Body, 'four')
})

t.test('the number of a deleted version of a template is not used again', async t => {
  const { create, update, remove, versions } = withTemplates(t)
  await create('a')
  await update('a', {}, 'create-new-version=true')
  await remove('a', 'version=2')
  await update('a', {}, 'create-new-version=true')
  t.strictSame(await versions('a'), ['3', '1'])
})

t.test('a template that is not there answers 404, before anything that types cannot say', async t => {
  const { call, url } = withTemplates(t)
  for (const { path } of templateTypes) {
    for (const query of ['', '?version=1', '?create-new-version=true']) {
      const body = path === 'inapp' ? { Content: [{}, {}] } : { DefaultSubstitutions: '[]' }
      const answer = await call('PUT', `${url('a', path)}${query}`, body)
      isError(t, answer, 404, 'NotFoundException', 'Template not found: a')
    }
  }
})
