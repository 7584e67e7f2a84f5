import t from 'tap'
import { buildTestApp, isError } from '../../support/helpers.ts'

const now = new Date('2026-01-02T03:04:05.678Z')

t.test('CreateApp answers 201 with the application, and GetApp finds it', async t => {
  const { call } = buildTestApp(t, { now: () => now })
  const { status, body } = await call('POST', '/v1/apps', { Name: 'shop', tags: { team: 'a', stage: '' } })
  t.equal(status, 201)
  t.match(body.Id, /^[0-9a-f]{32}$/)
  t.strictSame(body, {
    Arn: `arn:aws:mobiletargeting:us-east-1:123456789012:apps/${body.Id}`,
    CreationDate: '2026-01-02T03:04:05.678Z',
    Id: body.Id,
    Name: 'shop',
    tags: { team: 'a', stage: '' },
  })
  t.strictSame((await call('GET', `/v1/apps/${body.Id}`)).body, body)
})

t.test('an application without tags is answered with an empty object of them', async t => {
  const { call } = buildTestApp(t)
  t.strictSame((await call('POST', '/v1/apps', { Name: 'shop' })).body.tags, {})
})

t.test('names of applications need not be unique', async t => {
  const { call } = buildTestApp(t)
  const ids = new Set<string>()
  for (let count = 0; count < 2; count++) ids.add((await call('POST', '/v1/apps', { Name: 'shop' })).body.Id)
  t.equal(ids.size, 2)
  t.equal((await call('GET', '/v1/apps')).body.Item.length, 2)
})

for (const [title, body, message] of [
  ['no Name', {}, /^Name is required: it must be a string/],
  ['an empty Name', { Name: '' }, /^Name must be a string that is not empty/],
  ['a Name that is a list', { Name: ['x'] }, /^Name must be a string.*got a list/],
  ['tags that are a list', { Name: 'x', tags: ['a'] }, /^tags must be an object.*got a list/],
  ['a tag that is a number', { Name: 'x', tags: { a: 1 } }, 'tags.a must be a string; got 1'],
  ['a tag without a key', { Name: 'x', tags: { '': 'v' } }, /^tags must have keys of 1 to 128 characters/],
  ['a key of AWS itself', { Name: 'x', tags: { 'aws:x': 'v' } }, /^tags must have keys.*not begin with aws:/],
  ['a key of 129 characters', { Name: 'x', tags: { ['k'.repeat(129)]: 'v' } }, /^tags must have keys/],
  ['a value of 257 characters', { Name: 'x', tags: { k: 'v'.repeat(257) } }, /^tags\.k must be at most 256/],
  [
    '51 tags',
    { Name: 'x', tags: Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`k${index}`, 'v'])) },
    /^tags must have at most 50 names; got 51$/,
  ],
] as const) {
  t.test(`${title} answers 400 and creates nothing`, async t => {
    const { call } = buildTestApp(t)
    isError(t, await call('POST', '/v1/apps', body), 400, 'BadRequestException', message)
    t.strictSame((await call('GET', '/v1/apps')).body.Item, [])
  })
}

t.test('50 tags of 128 and 256 characters are taken', async t => {
  const { call } = buildTestApp(t)
  const tags = Object.fromEntries(
    Array.from({ length: 50 }, (_, index) => [String(index).padEnd(128, 'k'), 'v'.repeat(256)]),
  )
  const { status, body } = await call('POST', '/v1/apps', { Name: 'x', tags })
  t.equal(status, 201)
  t.same(body.tags, tags)
})
