import { GetEndpointCommand } from '@aws-sdk/client-pinpoint'
import t, { type Test } from 'tap'
import { buildTestApp, createApp, createClient, createImportJob, startEmulator } from '../support/helpers.ts'

/**
 * An application that listens, with quotas and a clock that jumps a second ahead whenever it has refused a
 * call.
 */
async function startWithQuotas(t: Test) {
  let time = Date.parse('2026-01-02T03:04:05.678Z')
  const statuses: number[] = []
  const config = { region: 'us-east-1', accountId: '123456789012', quotas: true }
  const { app } = buildTestApp(t, { config, now: () => new Date(time) })
  app.addHook('onSend', async (_request, reply) => {
    statuses.push(reply.statusCode)
    if (reply.statusCode === 429) time += 1000
  })
  const url = await app.listen({ port: 0 })

  /**
   * Asks an eleventh time within a second for an endpoint that is not there, with a client that may try so
   * often.
   */
  const askTooOften = async (maxAttempts: number) => {
    const client = createClient(url, { maxAttempts })
    t.teardown(() => client.destroy())
    const command = new GetEndpointCommand({ ApplicationId: await createApp(client), EndpointId: 'e1' })
    for (let count = 1; count <= 10; count++) {
      await t.rejects(client.send(command), { name: 'NotFoundException' })
    }
    statuses.length = 0
    return client.send(command).catch(error => error)
  }
  return { askTooOften, statuses }
}

t.test('the real SDK reads the exception and its status', async t => {
  const { askTooOften, statuses } = await startWithQuotas(t)
  const error = await askTooOften(1)
  t.match(error, {
    name: 'TooManyRequestsException',
    message: /^GetEndpoint takes at most 10 requests per second/,
    $metadata: { httpStatusCode: 429, attempts: 1 },
  })
  t.match(error.RequestID, /^[0-9a-f-]{36}$/)
  t.same(statuses, [429])
})

t.test('the real SDK tries again, as it does with Pinpoint', async t => {
  const { askTooOften, statuses } = await startWithQuotas(t)
  t.match(await askTooOften(3), { name: 'NotFoundException', $metadata: { attempts: 2 } })
  t.same(statuses, [429, 404])
})

t.test('with QUOTAS=on an account has ten import jobs under way at most', async t => {
  const env = { QUOTAS: 'on', JOB_STATE_DELAY_MS: '86400000', S3_DIR: 'fixtures/s3' }
  const { client } = await startEmulator(t, env)
  const app = await createApp(client)
  const S3Url = 's3://demo/users.csv'
  for (let count = 1; count <= 10; count++) await createImportJob(client, app, { S3Url })
  await t.rejects(createImportJob(client, app, { S3Url }), {
    name: 'TooManyRequestsException',
    message: /10 import jobs/,
    $metadata: { httpStatusCode: 429 },
  })
})
