import {
  DeleteEventStreamCommand,
  GetEventStreamCommand,
  PutEventStreamCommand,
} from '@aws-sdk/client-pinpoint'
import t from 'tap'
import { createApp, roleArn, startEmulator } from '../support/helpers.ts'

t.test('an event stream is put, read, replaced and deleted', async t => {
  const { client } = await startEmulator(t)
  const ApplicationId = await createApp(client)
  const put = (DestinationStreamArn: string) =>
    client
      .send(
        new PutEventStreamCommand({
          ApplicationId,
          WriteEventStream: { DestinationStreamArn, RoleArn: roleArn },
        }),
      )
      .then(({ EventStream }) => EventStream)
  const get = async () => (await client.send(new GetEventStreamCommand({ ApplicationId }))).EventStream
  const none = { name: 'NotFoundException', message: 'Resource not found' }
  await t.rejects(get(), none)

  const kinesis = 'arn:aws:kinesis:us-east-1:123456789012:stream/events'
  const written = await put(kinesis)
  t.match(written, { ApplicationId, DestinationStreamArn: kinesis, RoleArn: roleArn })
  t.ok(Date.parse(written!.LastModifiedDate!) > 0)
  t.strictSame(await get(), written)
  await t.rejects(put('kinesis:arn'), {
    name: 'BadRequestException',
    message: /^DestinationStreamArn must be/,
  })

  const firehose = 'arn:aws:firehose:us-east-1:123456789012:deliverystream/events'
  await put(firehose)
  const replaced = await get()
  t.match(replaced, { DestinationStreamArn: firehose })
  const { EventStream } = await client.send(new DeleteEventStreamCommand({ ApplicationId }))
  t.strictSame(EventStream, replaced)
  await t.rejects(client.send(new DeleteEventStreamCommand({ ApplicationId })), none)
})
