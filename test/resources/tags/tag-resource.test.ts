import {
  GetSegmentCommand,
  ListTagsForResourceCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-pinpoint'
import t from 'tap'
import { createApp, isError, runImport, startEmulator } from '../../support/helpers.ts'
import { checkResources, withTagged } from '../../support/tagged.ts'

t.test('TagResource answers 204 without a body; it adds tags and gives those there new values', async t => {
  const { app, url, tags } = await withTagged({ team: 'a', stage: 'test' })
  const payload = { tags: { team: 'b', owner: 'ann' } }
  const response = await app.inject({ method: 'POST', url, payload })
  t.equal(response.statusCode, 204)
  t.equal(response.body, '')
  t.match(response.headers['x-amzn-requestid'], /^[0-9a-f-]{36}$/)
  t.strictSame(await tags(), { owner: 'ann', stage: 'test', team: 'b' })
})

t.test('GetApp and GetApps show the tags', async t => {
  const { call, id, url } = await withTagged()
  await call('POST', url, { tags: { team: 'a' } })
  t.strictSame((await call('GET', `/v1/apps/${id}`)).body.tags, { team: 'a' })
  t.strictSame((await call('GET', '/v1/apps')).body.Item[0].tags, { team: 'a' })
})

t.test('tags on an application are not on its segments, nor the other way round', async t => {
  const { client } = await startEmulator(t, { S3_DIR: 'fixtures/s3' })
  const ApplicationId = await createApp(client)
  const job = await runImport(client, ApplicationId, { S3Url: 's3://demo/users.csv', DefineSegment: true })
  const arn = `arn:aws:mobiletargeting:us-east-1:${job.Definition?.ExternalId}:apps/${ApplicationId}`
  const segmentArn = `${arn}/segments/${job.Definition?.SegmentId}`
  const tagsOf = async (ResourceArn: string) =>
    (await client.send(new ListTagsForResourceCommand({ ResourceArn }))).TagsModel?.tags
  const tag = (ResourceArn: string, tags: Record<string, string>) =>
    client.send(new TagResourceCommand({ ResourceArn, TagsModel: { tags } }))

  await tag(segmentArn, { on: 'segment', more: 'x' })
  await tag(arn, { on: 'app' })
  t.strictSame(await tagsOf(segmentArn), { more: 'x', on: 'segment' })
  t.strictSame(await tagsOf(arn), { on: 'app' })
  await client.send(new UntagResourceCommand({ ResourceArn: segmentArn, TagKeys: ['more', 'missing'] }))
  const segment = await client.send(new GetSegmentCommand({ ApplicationId, SegmentId: job.Id }))
  t.strictSame(segment.SegmentResponse?.tags, { on: 'segment' })
})

t.test('more than 50 tags on one resource answer 400 and add none; the 50 may get new values', async t => {
  const full = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`k${index}`, 'v']))
  const { call, url, tags } = await withTagged(full)
  const answer = await call('POST', url, { tags: { k0: 'new', k50: 'v' } })
  isError(t, answer, 400, 'BadRequestException', /^tags must be at most 50.*51$/)
  t.equal((await tags()).k0, 'v')
  t.equal((await call('POST', url, { tags: { k0: 'new' } })).status, 204)
  t.equal((await tags()).k0, 'new')
})

for (const [title, body, message] of [
  ['no tags', {}, /^tags is required/],
  ['tags that are a string', { tags: 'a' }, /^tags must be an object/],
  ['a tag that is a list', { tags: { a: ['b'] } }, 'tags.a must be a string; got a list'],
  ['an empty key', { tags: { '': 'v' } }, /^tags must have keys of 1 to 128/],
  ['a key of AWS itself', { tags: { 'AWS:x': 'v' } }, /^tags must have keys.*not begin with aws:/],
  ['a key of 129 characters', { tags: { ['k'.repeat(129)]: 'v' } }, /^tags must have keys of 1 to 128/],
  ['a value of 257 characters', { tags: { k: 'v'.repeat(257) } }, /^tags\.k must be at most 256/],
] as const) {
  t.test(`${title} answers 400, and the tags stay`, async t => {
    const { call, url, tags } = await withTagged({ team: 'a' })
    isError(t, await call('POST', url, body), 400, 'BadRequestException', message)
    t.strictSame(await tags(), { team: 'a' })
  })
}

t.test('an ARN that is none answers 400, one that names nothing 404', t =>
  checkResources(t, 'POST', { body: { tags: { a: 'b' } } }),
)
