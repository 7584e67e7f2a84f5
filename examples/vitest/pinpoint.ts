import { fileURLToPath } from 'node:url'
import { PinpointClient } from '@aws-sdk/client-pinpoint'
import { startPinpoint } from 'pinpoint-local'
import { afterAll } from 'vitest'

// Vitest loads this anew for each test file that imports it, so each has an emulator of its own.
export const pinpoint = await startPinpoint({
  s3Dir: fileURLToPath(new URL('../buckets', import.meta.url)),
})
export const client = new PinpointClient(pinpoint.clientConfig)

afterAll(async () => {
  client.destroy()
  await pinpoint.close()
})
