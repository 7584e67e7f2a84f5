import t from 'tap'
import { isError } from '../../support/helpers.ts'
import { checkResources, withTagged } from '../../support/tagged.ts'

t.test('UntagResource answers 204 without a body and removes the tags that it names', async t => {
  const { app, url, tags } = await withTagged({ team: 'a', stage: 'test', owner: 'ann' })
  const response = await app.inject({ method: 'DELETE', url: `${url}?tagKeys=team&tagKeys=owner` })
  t.equal(response.statusCode, 204)
  t.equal(response.body, '')
  t.strictSame(await tags(), { stage: 'test' })
})

t.test('one key alone is a list of one, and a key that is not there is no error', async t => {
  const { call, url, tags } = await withTagged({ team: 'a', stage: 'test' })
  t.equal((await call('DELETE', `${url}?tagKeys=team`)).status, 204)
  t.strictSame(await tags(), { stage: 'test' })
  t.equal((await call('DELETE', `${url}?tagKeys=team`)).status, 204)
  t.strictSame(await tags(), { stage: 'test' })
})

t.test('a key is decoded, and is compared letter by letter', async t => {
  const { call, url, tags } = await withTagged({ 'a&b=c d': '1', Team: '2', team: '3', 'a,b': '4' })
  await call('DELETE', `${url}?tagKeys=${encodeURIComponent('a&b=c d')}&tagKeys=Team&tagKeys=a`)
  t.strictSame(await tags(), { 'a,b': '4', team: '3' })
})

t.test('a request without tagKeys answers 400 and removes nothing', async t => {
  const { call, url, tags } = await withTagged({ team: 'a' })
  isError(t, await call('DELETE', url), 400, 'BadRequestException', /^tagKeys is required.*a list.*string/)
  t.strictSame(await tags(), { team: 'a' })
})

t.test('an ARN that is none answers 400, one that names nothing 404', t =>
  checkResources(t, 'DELETE', { query: '?tagKeys=a' }),
)
