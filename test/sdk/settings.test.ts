import {
  GetApplicationSettingsCommand,
  type PinpointClient,
  UpdateApplicationSettingsCommand,
  type WriteApplicationSettingsRequest,
} from '@aws-sdk/client-pinpoint'
import t from 'tap'
import { makeFolder } from '../support/buckets.ts'
import { createApp, startEmulator } from '../support/helpers.ts'

const update = (
  client: PinpointClient,
  ApplicationId: string,
  WriteApplicationSettingsRequest: WriteApplicationSettingsRequest,
) => client.send(new UpdateApplicationSettingsCommand({ ApplicationId, WriteApplicationSettingsRequest }))

const read = async (client: PinpointClient, ApplicationId: string) =>
  (await client.send(new GetApplicationSettingsCommand({ ApplicationId }))).ApplicationSettingsResource!

t.test("settings are as Terraform's provider writes and reads them, also after a restart", async t => {
  const DATA_DIR = makeFolder(t)
  const { client, close } = await startEmulator(t, { DATA_DIR })
  const app = await createApp(client)
  t.match(await read(client, app), { ApplicationId: app, CampaignHook: {}, Limits: {}, QuietTime: {} })

  // A block with one value has the zero value for each other one; blocks that did not change are not sent.
  const Limits = { Daily: 3, MaximumDuration: 0, MessagesPerSecond: 0, Total: 0 }
  const { ApplicationSettingsResource: first } = await update(client, app, { Limits })
  t.match(first, { ApplicationId: app, CampaignHook: {}, Limits, QuietTime: {} })
  const CampaignHook = { LambdaFunctionName: 'hook', Mode: 'DELIVERY', WebUrl: '' } as const
  const QuietTime = { Start: '00:00', End: '03:00' }
  await update(client, app, { CampaignHook, QuietTime, CloudWatchMetricsEnabled: true })
  await t.rejects(update(client, app, { Limits: { MaximumDuration: 30 } }), {
    name: 'BadRequestException',
    message: 'Limits.MaximumDuration must be from 60 to 2147483647, or 0 for no limit; got 30',
  })
  const written = await read(client, app)
  t.match(written, { CampaignHook, Limits, QuietTime, JourneyLimits: {} })
  t.ok(written.LastModifiedDate! >= first!.LastModifiedDate!)

  client.destroy()
  await close()
  const again = await startEmulator(t, { DATA_DIR })
  t.strictSame(await read(again.client, app), written)
})
