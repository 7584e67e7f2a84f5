import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CreateAppCommand, PinpointClient } from '@aws-sdk/client-pinpoint'
import { startPinpoint } from 'pinpoint-local'

test('a call that is throttled twice comes through', async () => {
  // Closed at the end of the test, also where it fails. On Node 22, which has no `await using`: `finally` and `close`.
  await using pinpoint = await startPinpoint()
  const client = new PinpointClient({ ...pinpoint.clientConfig, maxAttempts: 3 })
  await pinpoint.faults.add({ operation: 'CreateApp', error: 'TooManyRequestsException', times: 2 })

  await client.send(new CreateAppCommand({ CreateApplicationRequest: { Name: 'our app' } }))

  const [rule] = await pinpoint.faults.list()
  assert.equal(rule.timesLeft, 0)
})
