import { DeleteUserEndpointsCommand, GetUserEndpointsCommand } from '@aws-sdk/client-pinpoint'
import t from 'tap'
import { makeBuckets, putAll } from '../support/buckets.ts'
import { createApp, runImport, startEmulator } from '../support/helpers.ts'
import { getEndpoint, putEndpoint } from '../support/reads.ts'

t.test("a user's endpoints, imported and written, are read and deleted together", async t => {
  const buckets = makeBuckets(t)
  const UserId = 'ann+1/x@example.com'
  await putAll(buckets, 'data', {
    'users.csv': `Id,ChannelType,Address,User.UserId\nimported,EMAIL,a@example.com,${UserId}\nother,EMAIL,b@example.com,ben\n`,
    'ids.csv': `User.UserId\n${UserId}\n`,
  })
  const { client } = await startEmulator(t, buckets.env)
  const app = await createApp(client)
  const user = { ApplicationId: app, UserId }
  await t.rejects(client.send(new GetUserEndpointsCommand(user)), {
    name: 'NotFoundException',
    message: `User not found: ${UserId}`,
  })
  await runImport(client, app, { S3Url: 's3://data/users.csv' })
  await putEndpoint(client, app, 'written', {
    ChannelType: 'SMS',
    Address: '+442071838750',
    User: { UserId, UserAttributes: { Plan: ['pro'] } },
  })
  const { EndpointsResponse: found } = await client.send(new GetUserEndpointsCommand(user))
  t.strictSame(found, {
    Item: [await getEndpoint(client, app, 'imported'), await getEndpoint(client, app, 'written')],
  })
  t.strictSame(found?.Item?.[0]?.User?.UserAttributes, { Plan: ['pro'] })

  const { EndpointsResponse: deleted, $metadata } = await client.send(new DeleteUserEndpointsCommand(user))
  t.equal($metadata.httpStatusCode, 202)
  t.strictSame(deleted, found)
  t.equal(await getEndpoint(client, app, 'imported'), undefined)
  t.ok(await getEndpoint(client, app, 'other'))
  const listed = await runImport(client, app, { S3Url: 's3://data/ids.csv', DefineSegment: true })
  t.match(listed, { JobStatus: 'FAILED', TotalFailures: 1 }, 'an import does not know the user any more')
})
