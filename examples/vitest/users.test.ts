import { CreateAppCommand, CreateImportJobCommand, GetAppsCommand } from '@aws-sdk/client-pinpoint'
import { expect, test } from 'vitest'
import { client, pinpoint } from './pinpoint.ts'

/** Imports the users into a new application, and gives the job when it is over. */
async function importUsers(name: string) {
  const { ApplicationResponse } = await client.send(
    new CreateAppCommand({ CreateApplicationRequest: { Name: name } }),
  )
  const ApplicationId = ApplicationResponse!.Id!
  const { ImportJobResponse } = await client.send(
    new CreateImportJobCommand({
      ApplicationId,
      ImportJobRequest: {
        Format: 'CSV',
        S3Url: 's3://demo/users.csv',
        RoleArn: 'arn:aws:iam::123456789012:role/any',
      },
    }),
  )
  return pinpoint.waitForImportJob(ApplicationId, ImportJobResponse!.Id!)
}

test('the user without an address is named', async () => {
  const job = await importUsers('first')
  expect(job).toMatchObject({ JobStatus: 'COMPLETED', TotalProcessed: 3, TotalFailures: 1 })
  expect(job.Failures).toEqual(['users.csv line 4: Missing Address'])
})

test('no other test file is seen', async () => {
  const { ApplicationsResponse } = await client.send(new GetAppsCommand({}))
  expect(ApplicationsResponse?.Item).toMatchObject([{ Name: 'first' }])
})
