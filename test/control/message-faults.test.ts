import t from 'tap'
import { rowsOf, sectionOf } from '../docs/pages.ts'
import { isError } from '../support/helpers.ts'
import { matchEach } from '../support/items.ts'
import { channelSettings, failure, withSending } from '../support/sending.ts'

const faults = '/_pinpoint/faults'
const toSms = { ChannelType: 'SMS' }
const hi = { DefaultMessage: { Body: 'Hi' } }

t.test('a rule for messages fails those that it selects, so often', async t => {
  const { call, send, endpoint, outbox, app, createApp } = await withSending(t)
  await endpoint('e1', { ChannelType: 'EMAIL', Address: 'ann@example.com', User: { UserId: 'ann' } })
  const add = async (rule: object) => {
    const { status, body } = await call('POST', faults, rule)
    t.equal(status, 201, JSON.stringify(body))
    return body.id as string
  }
  const Addresses = { '+15550000001': toSms, '+16660000001': toSms, token: { ChannelType: 'APNS' } }
  const sendAll = async () => {
    const { Result, EndpointResult } = (
      await send({ MessageConfiguration: hi, Addresses, Endpoints: { E1: {} } })
    ).body
    return { ...Result, ...EndpointResult }
  }
  const sent = { DeliveryStatus: 'SUCCESSFUL' }

  const id = await add({ message: { channel: 'SMS', address: '+1555*' }, status: 'THROTTLED', times: 2 })
  const throttled = failure(`the fault rule ${id} says so`, 'THROTTLED', 429)
  for (const first of [throttled, throttled, sent]) {
    t.match(await sendAll(), { '+15550000001': first, '+16660000001': sent, token: sent, E1: sent })
  }
  matchEach(t, (await call('GET', faults)).body.items, [{ id, timesLeft: 0 }])
  const [record] = await outbox({ status: 'THROTTLED' })
  t.match(record, { channel: 'SMS', address: '+15550000001', statusCode: 429 })
  t.notOk('body' in record || 'messageId' in record)

  const dead = '{"errorMessage":"Unregistered or expired token","channelType":"APNS"}'
  await add({
    message: { channel: 'APNS*' },
    status: 'PERMANENT_FAILURE',
    statusCode: 410,
    statusMessage: dead,
  })
  t.match(await sendAll(), { token: failure(dead, 'PERMANENT_FAILURE', 410), E1: sent })
  await call('DELETE', faults)

  for (const [message, hits] of [
    [{ user: 'ann' }, true],
    [{ user: 'a*', app }, true],
    [{ endpoint: 'e1' }, true],
    [{ endpoint: 'E1' }, true],
    [{ endpoint: 'E*' }, true],
    [{ user: 'ANN' }, false],
    [{ endpoint: 'e2' }, false],
    [{ app: 'other' }, false],
    [{ user: 'ann', channel: 'SMS' }, false],
    [{}, true],
  ] as const) {
    await add({ message, status: 'UNKNOWN_FAILURE' })
    const expected = hits ? { DeliveryStatus: 'UNKNOWN_FAILURE', StatusCode: 500 } : sent
    t.match((await sendAll()).E1, expected, JSON.stringify(message))
    await call('DELETE', faults)
  }
  await add({ message: {}, status: 'TEMPORARY_FAILURE', probability: 0 })
  t.match(await sendAll(), { token: sent })
  t.equal((await createApp()).Name, 'shop', 'no call fails by it')
})

t.test('a rule decides before anything else does, and the first one that applies', async t => {
  const { call, send } = await withSending(t)
  await call('PUT', '/_pinpoint/opt-outs/+15550000001')
  await call('POST', faults, { message: { address: '+1555*' }, status: 'DUPLICATE', statusMessage: 'first' })
  await call('POST', faults, { message: {}, status: 'OPT_OUT', statusMessage: 'second' })
  const { body } = await send({
    MessageConfiguration: {},
    Addresses: { '+15550000001': toSms, token: { ChannelType: 'PUSH' } },
    Endpoints: { unknown: {} },
  })
  t.match(body.Result['+15550000001'], failure('first', 'DUPLICATE'))
  t.match(body.Result.token, failure('second', 'OPT_OUT'))
  t.match(body.EndpointResult.unknown, failure('second', 'OPT_OUT'))
})

t.test('the times of a rule are not used up by a call that is refused', async t => {
  const { call, send } = await withSending(t)
  await call('POST', faults, { message: {}, status: 'THROTTLED', times: 1 })
  const wrong = { TemplateConfiguration: { SMSTemplate: { Name: 'none' } } }
  const Addresses = { '+15550000001': toSms }
  t.equal((await send({ MessageConfiguration: hi, Addresses, ...wrong })).status, 404)
  matchEach(t, (await call('GET', faults)).body.items, [{ timesLeft: 1 }])
})

t.test('the failures of the page about faults are answered by its rules, as they stand', async t => {
  const { call, send, put, outbox } = await withSending(t)
  await put('channels/apns_sandbox', channelSettings.APNS)
  const rows = rowsOf(sectionOf('docs/fault-injection.md', 'Failures as callers have seen them'))
  t.ok(rows.length > 5)
  for (const [title = '', cell = ''] of rows) {
    const rule = JSON.parse(cell.replace(/^(`+)(.*)\1$/, '$2'))
    await call('DELETE', faults)
    t.equal((await call('POST', faults, rule)).status, 201, title)
    const { channel: ChannelType } = rule.message
    const { Result } = (
      await send({ MessageConfiguration: hi, Addresses: { '+15550000001': { ChannelType } } })
    ).body
    const { status, statusCode, statusMessage } = rule
    t.strictSame(Result['+15550000001'], failure(statusMessage, status, statusCode), title)
    const [record] = await outbox()
    t.match(record, { channel: ChannelType, status, statusCode, statusMessage })
    if (!statusMessage.startsWith('{')) continue
    const { channelType, pushProviderResponse } = JSON.parse(statusMessage)
    t.equal(channelType, ChannelType)
    t.ok(JSON.parse(pushProviderResponse))
  }
})

t.test('a rule for messages that cannot be meant is refused, and told what would be right', async t => {
  const { call } = await withSending(t)
  const refused = async (rule: object, message: string | RegExp) =>
    isError(t, await call('POST', faults, rule), 400, 'BadRequestException', message)
  const status = 'THROTTLED'
  await refused({ message: {} }, /^a rule for messages needs status/)
  await refused({ status }, 'a rule for messages needs message, which selects the messages: {} selects all')
  await refused({ message: 'x', status }, /; got both message and status$/)
  await refused({ message: {}, status, latencyMs: 1 }, /; got both latencyMs and message$/)
  await refused({ message: {}, status, job: {} }, /; got both job and message$/)
  await refused(
    { message: {}, status: 'SUCCESSFUL' },
    /^status must be one of THROTTLED, .*; got "SUCCESSFUL"$/,
  )
  await refused(
    { message: {}, status, statusCode: 42 },
    'statusCode must be a whole number from 100 to 599; got 42',
  )
  await refused({ message: { adress: 'x' }, status }, /^message\.adress is not a name that is known here/)
  await refused({ message: { channel: 1 }, status }, 'message.channel must be a string; got 1')
  await refused({ message: 7, status }, 'message must be a string or an object; got 7')
  await refused({ message: { channel: 'FAX' }, status }, /^message\.channel must be a channel, or a pattern/)
  t.strictSame((await call('GET', faults)).body, { items: [] })
})
