import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import {
  CreateAppCommand,
  CreateImportJobCommand,
  GetEndpointCommand,
  PinpointClient,
} from '@aws-sdk/client-pinpoint'
import { startPinpoint } from 'pinpoint-local'

// node:test runs each test file in a process of its own, so each has an emulator of its own.
let pinpoint
let client
before(async () => {
  pinpoint = await startPinpoint({ s3Dir: fileURLToPath(new URL('../buckets', import.meta.url)) })
  client = new PinpointClient(pinpoint.clientConfig)
})
after(async () => {
  client.destroy()
  await pinpoint.close()
})

test('our users are imported, and the one without an address is named', async () => {
  const { ApplicationResponse } = await client.send(
    new CreateAppCommand({ CreateApplicationRequest: { Name: 'our app' } }),
  )
  const { ImportJobResponse } = await client.send(
    new CreateImportJobCommand({
      ApplicationId: ApplicationResponse.Id,
      ImportJobRequest: {
        Format: 'CSV',
        S3Url: 's3://demo/users.csv',
        RoleArn: 'arn:aws:iam::123456789012:role/any',
      },
    }),
  )

  const job = await pinpoint.waitForImportJob(ApplicationResponse.Id, ImportJobResponse.Id)

  assert.equal(job.JobStatus, 'COMPLETED')
  assert.deepEqual(job.Failures, ['users.csv line 4: Missing Address'])
  const { EndpointResponse } = await client.send(
    new GetEndpointCommand({ ApplicationId: ApplicationResponse.Id, EndpointId: 'ann-email' }),
  )
  assert.deepEqual(EndpointResponse.Attributes, { Plan: ['free'] })
})
