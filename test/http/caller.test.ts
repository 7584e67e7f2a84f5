import t, { type Test } from 'tap'
import { buildTestApp, roleArn } from '../support/helpers.ts'

type Sent = { authorization?: string; query?: string }

/** What a request with that signature gets: the ARN of an application, and an import job's ExternalId. */
async function scopeOf(t: Test, { authorization, query = '' }: Sent) {
  const config = { region: 'eu-central-1', accountId: '999988887777', quotas: false }
  const { app } = buildTestApp(t, { config })
  const post = async (url: string, payload: object) => {
    const headers = authorization === undefined ? {} : { authorization }
    const response = await app.inject({ method: 'POST', url: url + query, headers, payload })
    t.equal(response.statusCode, 201, response.body)
    return response.json()
  }
  const { Id, Arn } = await post('/v1/apps', { Name: 'x' })
  const job = await post(`/v1/apps/${Id}/jobs/import`, {
    Format: 'CSV',
    S3Url: 's3://bucket/key',
    RoleArn: roleArn,
  })
  return { arn: Arn.replace(Id, '<id>'), externalId: job.Definition.ExternalId }
}

const signed = (credential: string) =>
  `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host;x-amz-date, Signature=abcdef`
const scope = '20260102/ap-southeast-2/mobiletargeting/aws4_request'
const presigned = (credential: string) =>
  `?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${encodeURIComponent(credential)}&X-Amz-Signature=ab`

const known: { title: string; sent: Sent; partition?: string; region: string; account: string }[] = [
  { title: 'no signature at all', sent: {}, region: 'eu-central-1', account: '999988887777' },
  {
    title: "a signature's region, and the configured account for a key id that is no account",
    sent: { authorization: signed(`AKIAIOSFODNN7EXAMPLE/${scope}`) },
    region: 'ap-southeast-2',
    account: '999988887777',
  },
  {
    title: 'a 12-digit key id as the account',
    sent: { authorization: signed(`000011112222/${scope}`) },
    region: 'ap-southeast-2',
    account: '000011112222',
  },
  {
    title: 'a signature without blanks after its commas',
    sent: { authorization: signed(`000011112222/${scope}`).replaceAll(', ', ',') },
    region: 'ap-southeast-2',
    account: '000011112222',
  },
  {
    title: 'a key id of 13 digits as no account',
    sent: { authorization: signed(`0000111122223/${scope}`) },
    region: 'ap-southeast-2',
    account: '999988887777',
  },
  {
    title: 'a presigned request',
    sent: { query: presigned(`000011112222/${scope}`) },
    region: 'ap-southeast-2',
    account: '000011112222',
  },
  {
    title: 'the partition of China',
    sent: { authorization: signed('test/20260102/cn-north-1/mobiletargeting/aws4_request') },
    partition: 'aws-cn',
    region: 'cn-north-1',
    account: '999988887777',
  },
  {
    title: 'the partition of the US government',
    sent: { authorization: signed('test/20260102/us-gov-west-1/mobiletargeting/aws4_request') },
    partition: 'aws-us-gov',
    region: 'us-gov-west-1',
    account: '999988887777',
  },
]

for (const { title, sent, partition = 'aws', region, account } of known) {
  t.test(`ARNs and ExternalId follow ${title}`, async t => {
    t.strictSame(await scopeOf(t, sent), {
      arn: `arn:${partition}:mobiletargeting:${region}:${account}:apps/<id>`,
      externalId: account,
    })
  })
}

const garbage: Record<string, Sent> = {
  'another scheme': { authorization: 'Bearer abc.def' },
  'an empty header': { authorization: '' },
  'no credential': { authorization: 'AWS4-HMAC-SHA256 SignedHeaders=host, Signature=ab' },
  'an empty credential': { authorization: signed('') },
  'a key id alone': { authorization: signed('000011112222') },
  'a date that is none': {
    authorization: signed('000011112222/today/us-west-2/mobiletargeting/aws4_request'),
  },
  'a region that is none': {
    authorization: signed('000011112222/20260102/US:west/mobiletargeting/aws4_request'),
  },
  'a scope that goes on': { authorization: signed(`000011112222/${scope}/more`) },
  'a scope of another version': {
    authorization: signed('000011112222/20260102/us-west-2/mobiletargeting/aws9_request'),
  },
  'an empty presigned credential': { query: '?X-Amz-Credential=' },
  'a presigned credential that is none': { query: '?X-Amz-Credential=000011112222' },
  'two presigned credentials': {
    query: `${presigned(`000011112222/${scope}`)}&X-Amz-Credential=333344445555%2F${encodeURIComponent(scope)}`,
  },
}

for (const [title, sent] of Object.entries(garbage)) {
  t.test(`${title} counts as no signature`, async t => {
    t.strictSame(await scopeOf(t, sent), {
      arn: 'arn:aws:mobiletargeting:eu-central-1:999988887777:apps/<id>',
      externalId: '999988887777',
    })
  })
}

t.test('an application belongs to whoever asks: accounts and regions divide nothing', async t => {
  const { app } = buildTestApp(t)
  const one = { authorization: signed(`000011112222/${scope}`) }
  const other = { authorization: signed('333344445555/20260102/us-west-2/mobiletargeting/aws4_request') }
  const created = await app.inject({
    method: 'POST',
    url: '/v1/apps',
    headers: one,
    payload: { Name: 'x' },
  })
  const seen = await app.inject({ url: `/v1/apps/${created.json().Id}`, headers: other })
  t.equal(seen.statusCode, 200)
  t.strictSame(seen.json(), created.json())
})
