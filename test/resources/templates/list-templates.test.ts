import t, { type Test } from 'tap'
import { isError } from '../../support/helpers.ts'
import { templateTypes, tickingClock, withTemplates } from '../../support/templates.ts'

/** Templates of several names and types. */
async function withSome(t: Test) {
  const made = withTemplates(t, { now: tickingClock() })
  for (const [name, path] of [
    ...[['b', 'sms'] as const, ['a-b', 'email'] as const, ['a', 'voice'] as const, ['a', 'email'] as const],
    ...[['B', 'inapp'] as const, ['a0', 'sms'] as const, ['a_', 'push'] as const],
  ]) {
    await made.create(name, { TemplateDescription: 'x', tags: { a: 'b' } }, path)
  }
  const list = async (query = '') => {
    const { status, body } = await made.call('GET', `/v1/templates?${query}`)
    t.equal(status, 200)
    const keys = body.Item.map(
      ({ TemplateName, TemplateType }: Record<string, string>) => `${TemplateName} ${TemplateType}`,
    )
    return { keys, token: body.NextToken, items: body.Item }
  }
  return { ...made, list }
}

t.test('templates are listed by name, then by type', async t => {
  const { list } = await withSome(t)
  const { keys, token } = await list()
  t.strictSame(keys, ['B INAPP', 'a EMAIL', 'a VOICE', 'a-b EMAIL', 'a0 SMS', 'a_ PUSH', 'b SMS'])
  t.equal(token, undefined)
  t.strictSame((await list('prefix=a')).keys, ['a EMAIL', 'a VOICE', 'a-b EMAIL', 'a0 SMS', 'a_ PUSH'])
  t.strictSame((await list('prefix=a&template-type=EMAIL')).keys, ['a EMAIL', 'a-b EMAIL'])
  t.strictSame((await list('template-type=sms')).keys, ['a0 SMS', 'b SMS'])
  t.strictSame((await list('template-type=InApp')).keys, ['B INAPP'])
  t.strictSame((await list('prefix=b')).keys, ['b SMS'], 'a prefix is case-sensitive')
  t.strictSame((await list('prefix=')).keys.length, 7)
  for (const none of ['c', 'a*', 'a?', '[ab]', 'a%20', 'a%20E', '%00', '%5C', 'é']) {
    t.strictSame((await list(`prefix=${none}`)).keys, [], none)
  }
})

t.test('an item is of the active version, without Arn, tags and what is in the template', async t => {
  const { create, update, activate, list } = await withSome(t)
  await create('z', { DefaultSubstitutions: '{}', TemplateDescription: 'x' })
  const [first] = (await list('prefix=z')).items
  t.strictSame(first, {
    CreationDate: first.CreationDate,
    LastModifiedDate: first.CreationDate,
    TemplateName: 'z',
    TemplateType: 'SMS',
    Version: '1',
  })
  await update('z', {}, 'create-new-version=true')
  t.strictSame((await list('prefix=z')).items, [first])
  await activate('z', '2')
  const [second] = (await list('prefix=z')).items
  t.match(second, { CreationDate: first.CreationDate, Version: '2' })
  t.ok(second.LastModifiedDate > first.LastModifiedDate)
})

t.test('pages follow one another by next-token, whatever comes and goes meanwhile', async t => {
  const { list, create, remove } = await withSome(t)
  const first = await list('page-size=3')
  t.strictSame(first.keys, ['B INAPP', 'a EMAIL', 'a VOICE'])
  await create('A')
  await create('a1')
  await remove('a0')
  const second = await list(`page-size=2&next-token=${first.token}`)
  t.strictSame(second.keys, ['a-b EMAIL', 'a1 SMS'])
  const last = await list(`next-token=${second.token}`)
  t.strictSame(last.keys, ['a_ PUSH', 'b SMS'])
  t.equal(last.token, undefined)
})

t.test('a wrong type, page size or token answers 400', async t => {
  const { call, list } = await withSome(t)
  const { token } = await list('page-size=1')
  const types = templateTypes.map(({ type }) => type).join(', ')
  for (const [query, message] of [
    ['template-type=FAX', `template-type must be one of ${types}; got "FAX"`],
    ['template-type=', `template-type must be one of ${types}; got ""`],
    ['page-size=0', /^page-size must be a whole number from 1 to 1000/],
    ['next-token=x', 'next-token must be the NextToken of an earlier page of this same list'],
    [`prefix=a&next-token=${token}`, /^next-token must be the NextToken/],
    [`template-type=SMS&next-token=${token}`, /^next-token must be the NextToken/],
  ] as const) {
    isError(t, await call('GET', `/v1/templates?${query}`), 400, 'BadRequestException', message)
  }
})
