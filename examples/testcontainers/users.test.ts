import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { CreateAppCommand, GetAppsCommand, PinpointClient } from '@aws-sdk/client-pinpoint'
import { GenericContainer, type StartedTestContainer, Wait } from 'testcontainers'

// The image is built from a checkout: docker build -t pinpoint-local .
let container: StartedTestContainer
let client: PinpointClient
before(async () => {
  container = await new GenericContainer('pinpoint-local')
    .withExposedPorts(7467)
    .withBindMounts([{ source: fileURLToPath(new URL('../buckets', import.meta.url)), target: '/s3' }])
    .withWaitStrategy(Wait.forHttp('/_pinpoint/health', 7467))
    .start()
  client = new PinpointClient({
    endpoint: `http://${container.getHost()}:${container.getMappedPort(7467)}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  })
})
after(async () => {
  client?.destroy()
  await container?.stop()
})

test('an application that is created is listed', async () => {
  await client.send(new CreateAppCommand({ CreateApplicationRequest: { Name: 'first' } }))
  const { ApplicationsResponse } = await client.send(new GetAppsCommand({}))
  assert.deepEqual(
    ApplicationsResponse?.Item?.map(({ Name }) => Name),
    ['first'],
  )
})
