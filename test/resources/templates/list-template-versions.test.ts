import t from 'tap'
import { isError } from '../../support/helpers.ts'
import { templateTypes, tickingClock, withTemplates } from '../../support/templates.ts'

t.test('versions are listed newest first, each with its own dates, defaults and description', async t => {
  const { call, create, update, get, activate, url } = withTemplates(t, { now: tickingClock() })
  await create('a', { Body: 'one', TemplateDescription: 'first', tags: { a: 'b' } })
  await update('a', { Body: 'two', DefaultSubstitutions: '{ }' }, 'create-new-version=true')
  await update('a', { Body: 'three', DefaultSubstitutions: '{ "a": "b" }' })
  const [one, two] = [await get('a', 'version=1'), await get('a', 'version=2')]
  const { status, headers, body } = await call('GET', `${url('a', 'SMS')}/versions`)
  t.equal(status, 200)
  const [newest] = body.Item
  t.ok(newest.CreationDate > one.CreationDate)
  t.ok(newest.CreationDate < newest.LastModifiedDate)
  t.strictSame(body, {
    Item: [
      {
        CreationDate: newest.CreationDate,
        LastModifiedDate: two.LastModifiedDate,
        DefaultSubstitutions: '{ "a": "b" }',
        TemplateName: 'a',
        TemplateType: 'SMS',
        Version: '2',
      },
      {
        CreationDate: one.CreationDate,
        LastModifiedDate: one.LastModifiedDate,
        TemplateDescription: 'first',
        TemplateName: 'a',
        TemplateType: 'SMS',
        Version: '1',
      },
    ],
    Message: 'OK',
    RequestID: headers['x-amzn-requestid'],
  })
  await activate('a', '2')
  t.strictSame((await call('GET', `${url('a', 'sms')}/versions`)).body.Item, body.Item, 'in any case')
})

t.test('pages follow one another by next-token', async t => {
  const { call, create, update, url } = withTemplates(t)
  await create('a')
  await create('b')
  for (let count = 2; count <= 5; count++) await update('a', {}, 'create-new-version=true')
  const page = async (query: string, name = 'a') =>
    (await call('GET', `${url(name, 'SMS')}/versions?${query}`)).body
  const numbers = ({ Item }: { Item: { Version: string }[] }) => Item.map(({ Version }) => Version)
  const first = await page('page-size=2')
  t.strictSame(numbers(first), ['5', '4'])
  await update('a', {}, 'create-new-version=true')
  const second = await page(`page-size=3&next-token=${first.NextToken}`)
  t.strictSame(numbers(second), ['3', '2', '1'])
  t.notHas(second, 'NextToken')
  const other = await call('GET', `${url('b', 'SMS')}/versions?next-token=${first.NextToken}`)
  isError(t, other, 400, 'BadRequestException', /^next-token must be the NextToken/)
})

t.test('a page of versions with large defaults is short, and has a token', async t => {
  const { call, create, update, url } = withTemplates(t)
  await create('a')
  const DefaultSubstitutions = JSON.stringify({ a: 'x'.repeat(3_000_000) })
  for (let count = 2; count <= 12; count++) {
    await update('a', { DefaultSubstitutions }, 'create-new-version=true')
  }
  const numbers: string[] = []
  const sizes: number[] = []
  for (let token = ''; ; ) {
    const { body } = await call('GET', `${url('a', 'SMS')}/versions?${token && `next-token=${token}`}`)
    sizes.push(JSON.stringify(body).length)
    numbers.push(...body.Item.map(({ Version }: { Version: string }) => Version))
    if (body.NextToken === undefined) break
    token = body.NextToken
  }
  t.strictSame(
    numbers,
    Array.from({ length: 12 }, (_, index) => String(12 - index)),
  )
  t.ok(Math.max(...sizes) < 31_000_000, `${sizes}`)
})

t.test('an unknown template answers 404, an unknown type 400', async t => {
  const { call, create, url } = withTemplates(t)
  await create('a', {}, 'email')
  for (const { type } of templateTypes.filter(({ path }) => path !== 'email')) {
    const answer = await call('GET', `${url('a', type)}/versions`)
    isError(t, answer, 404, 'NotFoundException', 'Template not found: a')
  }
  const odd = await call('GET', `${url('a', 'FAX')}/versions`)
  isError(t, odd, 400, 'BadRequestException', /^template-type must be one of EMAIL, .*; got "FAX"$/)
})
