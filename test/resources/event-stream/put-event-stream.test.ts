import t from 'tap'
import { isError, sharedTestApp } from '../../support/helpers.ts'
import { stream, withApp } from '../../support/with-stream.ts'

t.test('PutEventStream answers 200 with the event stream', async t => {
  const { call, app, url } = await withApp()
  const { status, body } = await call('POST', url, stream)
  t.equal(status, 200)
  t.strictSame(body, { ...stream, ApplicationId: app, LastModifiedDate: '2026-01-02T03:04:01.000Z' })
  t.strictSame((await call('GET', url)).body, body)
})

t.test('PutEventStream replaces the event stream that is there', async t => {
  const { call, app, url } = await withApp()
  await call('POST', url, stream)
  const other = {
    DestinationStreamArn: 'arn:aws:firehose:eu-west-1:000011112222:deliverystream/other',
    RoleArn: 'arn:aws:iam::000011112222:role/service-role/other',
  }
  await call('POST', url, other)
  t.strictSame((await call('GET', url)).body, {
    ...other,
    ApplicationId: app,
    LastModifiedDate: '2026-01-02T03:04:02.000Z',
  })
})

for (const DestinationStreamArn of [
  `arn:aws:kinesis:us-east-1:123456789012:stream/${'x'.repeat(128)}`,
  'arn:aws-cn:kinesis:cn-north-1:123456789012:stream/a.b_c-D1',
  'arn:aws-us-gov:firehose:us-gov-west-1:123456789012:deliverystream/a.b_c-D1',
]) {
  t.test(`the stream ${DestinationStreamArn} is taken`, async t => {
    const { call, url } = await withApp()
    const { status, body } = await call('POST', url, { ...stream, DestinationStreamArn })
    t.match({ status, body }, { status: 200, body: { DestinationStreamArn } })
  })
}

const noStream =
  /^DestinationStreamArn must be the ARN of a Kinesis data stream or a Firehose delivery stream, such as arn:aws:kinesis:/
const noRole = /^RoleArn must be the ARN of an IAM role, such as arn:aws:iam:/
for (const [change, message] of [
  ...[
    '',
    'kinesis:arn',
    'arn:aws:kinesis:us-east-1:123456789012:stream/',
    'arn:aws:kinesis:us-east-1:123456789012:deliverystream/events',
    'arn:aws:firehose:us-east-1:123456789012:stream/events',
    'arn:aws:kinesis:us-east-1:12345:stream/events',
    'arn:aws:kinesis::123456789012:stream/events',
    'arn:aws:kinesis:us-east-1:123456789012:stream/a/b',
    `arn:aws:firehose:us-east-1:123456789012:deliverystream/${'x'.repeat(65)}`,
    `${stream.DestinationStreamArn}\n`,
    'arn:aws:sqs:us-east-1:123456789012:events',
  ].map(DestinationStreamArn => [{ DestinationStreamArn }, noStream] as const),
  [{ RoleArn: '' }, noRole],
  [{ RoleArn: 'arn:aws:iam::123456789012:user/ann' }, noRole],
  [{ RoleArn: 7 }, 'RoleArn must be a string; got 7'],
  [{ RoleArn: null }, 'RoleArn is required: it must be a string'],
  [{ DestinationStreamArn: null }, 'DestinationStreamArn is required: it must be a string'],
] as const) {
  t.test(`${JSON.stringify(change)} answers 400, and the event stream stays`, async t => {
    const { call, url } = await withApp()
    const before = (await call('POST', url, stream)).body
    const answer = await call('POST', url, { ...stream, ...change })
    isError(t, answer, 400, 'BadRequestException', message)
    t.strictSame((await call('GET', url)).body, before)
  })
}

t.test('an unknown application answers 404 NotFoundException, whatever the body is', async t => {
  const { call } = sharedTestApp()
  for (const body of [stream, { RoleArn: 7 }, undefined]) {
    const answer = await call('POST', '/v1/apps/nope/eventstream', body)
    isError(t, answer, 404, 'NotFoundException', 'Application not found')
  }
})
