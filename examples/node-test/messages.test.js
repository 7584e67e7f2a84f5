import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  CreateAppCommand,
  PinpointClient,
  SendMessagesCommand,
  UpdateSmsChannelCommand,
} from '@aws-sdk/client-pinpoint'
import { startPinpoint } from 'pinpoint-local'

let pinpoint
let client
let ApplicationId
before(async () => {
  pinpoint = await startPinpoint()
  client = new PinpointClient(pinpoint.clientConfig)
  const { ApplicationResponse } = await client.send(
    new CreateAppCommand({ CreateApplicationRequest: { Name: 'our app' } }),
  )
  ApplicationId = ApplicationResponse.Id
  await client.send(new UpdateSmsChannelCommand({ ApplicationId, SMSChannelRequest: { Enabled: true } }))
})
after(async () => {
  client.destroy()
  await pinpoint.close()
})

/** What an application does when an order is on its way. */
async function orderShipped(number, order) {
  await client.send(
    new SendMessagesCommand({
      ApplicationId,
      MessageRequest: {
        MessageConfiguration: { SMSMessage: { Body: 'Your order {{order}} is on its way' } },
        Addresses: { [number]: { ChannelType: 'SMS', Substitutions: { order: [order] } } },
      },
    }),
  )
}

test('a customer is told that the order is on its way', async () => {
  // The test need not know when it is sent: an application may well answer its own caller first.
  const shipped = orderShipped('+15551234567', '4711')

  const sms = await pinpoint.waitForMessage({ address: '+15551234567', text: '4711' }, { timeoutMs: 5000 })

  assert.equal(sms.status, 'SUCCESSFUL')
  assert.equal(sms.body, 'Your order 4711 is on its way')
  await shipped
})
