import t from 'tap'
import { checkResources, withTagged } from '../../support/tagged.ts'

t.test('ListTagsForResource answers the tags that CreateApp gave', async t => {
  const { call, url } = await withTagged({ team: 'a', stage: '' })
  const { status, body } = await call('GET', url)
  t.equal(status, 200)
  t.strictSame(body, { tags: { team: 'a', stage: '' } })
})

t.test('a resource without tags has an empty object of them', async t => {
  const { call, url } = await withTagged()
  t.strictSame((await call('GET', url)).body, { tags: {} })
})

t.test('an ARN may be sent as one part of the path or with its slashes', async t => {
  const { call, arn } = await withTagged({ team: 'a' })
  for (const path of [arn, encodeURIComponent(arn), arn.replaceAll(':', '%3a'), arn.replace('/', '%2f')]) {
    t.strictSame((await call('GET', `/v1/tags/${path}`)).body, { tags: { team: 'a' } }, path)
  }
})

t.test('an ARN that is none answers 400, one that names nothing 404', t => checkResources(t, 'GET'))
