import t from 'tap'
import { isError } from '../../support/helpers.ts'
import { templateTypes, tickingClock, withTemplates } from '../../support/templates.ts'

t.test('a template is answered in its active version, or in the one that is named', async t => {
  const { create, update, get, activate } = withTemplates(t, { now: tickingClock() })
  await create('a', { Body: 'one' })
  const first = await get('a')
  await update('a', { Body: 'two' }, 'create-new-version=true')
  t.strictSame(await get('a'), first, 'a new version does not become active')
  const second = await get('a', 'version=2')
  t.match(second, { Body: 'two', Version: '2', CreationDate: first.CreationDate })
  t.ok(second.LastModifiedDate > first.LastModifiedDate)
  t.strictSame(await get('a', 'version=1'), first)
  t.strictSame(await get('a', 'version='), first, 'an empty one names none')
  t.strictSame(await get('a', 'version=latest'), second)
  await activate('a', '2')
  t.strictSame(await get('a'), second)
})

for (const { path, type } of templateTypes) {
  t.test(`a template of type ${type} that is not there answers 404, as does a version`, async t => {
    const { call, create, url } = withTemplates(t)
    const other = templateTypes.find(one => one.path !== path)!
    await create('a', {}, other.path)
    const missing = await call('GET', url('a', path))
    isError(t, missing, 404, 'NotFoundException', 'Template not found: a')
    isError(
      t,
      await call('GET', `${url('a', path)}?version=1`),
      404,
      'NotFoundException',
      'Template not found: a',
    )
    await create('a', {}, path)
    for (const version of ['2', '0', '-1', '01', '1.0', '1e0', 'Latest', '$LATEST', '9'.repeat(30)]) {
      const answer = await call('GET', `${url('a', path)}?version=${version}`)
      isError(t, answer, 404, 'NotFoundException', `Template version not found: a/${version}`)
    }
  })
}
