import { once } from 'node:events'
import { createServer } from 'node:net'
import { SendMessagesCommand, UpdateEmailChannelCommand } from '@aws-sdk/client-pinpoint'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { loadConfig } from '../../server/process/config.ts'
import { makeFolder } from '../support/buckets.ts'
import { withRunningCampaigns } from '../support/campaigns.ts'
import { controlOf } from '../support/control.ts'
import { createApp, createClient, start, until } from '../support/helpers.ts'
import { matchEach } from '../support/items.ts'
import { channelSettings } from '../support/sending.ts'
import { smtpError, startSmtpServer } from '../support/smtp.ts'

interface Line {
  msg: string
  level: number
}

/** A whole emulator that hands its e-mails to a mail server, if there is one, and its log. */
async function startWithRelay(t: Test, url?: string, env: Record<string, string> = {}) {
  const lines: Line[] = []
  const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) })
  const config = loadConfig({ PORT: '0', EPHEMERAL: 'true', ...(url && { SMTP_URL: url }), ...env })
  const running = await start(config, log)
  const client = createClient(running.url)
  t.teardown(async () => {
    client.destroy()
    await running.close()
  })
  const setUp = async (): Promise<string> => {
    const app = await createApp(client)
    await client.send(
      new UpdateEmailChannelCommand({ ApplicationId: app, EmailChannelRequest: channelSettings.EMAIL }),
    )
    return app
  }
  const app = await setUp()
  const send = (addresses: string[], EmailMessage: object = { Body: 'hi' }, ApplicationId = app) =>
    client.send(
      new SendMessagesCommand({
        ApplicationId,
        MessageRequest: {
          MessageConfiguration: { EmailMessage },
          Addresses: Object.fromEntries(addresses.map(address => [address, { ChannelType: 'EMAIL' }])),
        },
      }),
    )
  const warnings = () => lines.filter(({ level }) => level >= 40).map(({ msg }) => msg)
  return {
    url: running.url,
    http: running.app,
    close: running.close,
    app,
    client,
    control: controlOf(running.url),
    setUp,
    send,
    lines,
    warnings,
  }
}

/** A port on which nothing listens. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

const arrived = (received: unknown[], count: number) =>
  until(() => (received.length >= count ? received : undefined), `${count} e-mails at the server`)

const names = (count: number) => Array.from({ length: count }, (_, index) => `user${index}@example.com`)

t.test('accepted e-mails arrive at the mail server, in the order of sending', async t => {
  const server = await startSmtpServer(t)
  const { url, send, warnings } = await startWithRelay(t, server.url)
  await send(names(20), {
    FromAddress: 'Shop <sales@example.com>',
    FeedbackForwardingAddress: 'bounces@example.com',
    SimpleEmail: { Subject: { Data: 'Grüße' }, HtmlPart: { Data: '<b>hi</b>' } },
  })
  await send(['raw@example.com'], {
    RawEmail: { Data: Buffer.from('Subject: Whole\r\n\r\nas it stands') },
  })
  await send(['last@example.com'])
  await arrived(server.received, 22)
  t.strictSame(
    server.received.map(({ to }) => to[0]),
    [...names(20), 'raw@example.com', 'last@example.com'],
  )
  const [first] = server.received
  t.match(first, { from: 'bounces@example.com', mime: /^From: Shop <sales@example\.com>/m })
  const raw = await (await fetch(`${url}/_pinpoint/messages/1/raw`)).text()
  t.equal(first!.mime.trimEnd(), raw.trimEnd(), 'what /raw answers')
  t.match(server.received[20], { from: 'shop@example.com', mime: /^Subject: Whole\r\n\r\nas it stands/ })
  t.match(server.received[21], { from: 'shop@example.com' })
  t.ok(server.connections() <= 3, 'e-mails of one call share a connection')
  t.strictSame(warnings(), [])
})

t.test('what was not accepted, and what is no e-mail, does not arrive', async t => {
  const server = await startSmtpServer(t)
  const { send, client, app, control } = await startWithRelay(t, server.url)
  await control('POST', '/_pinpoint/faults', {
    message: { address: 'failed@*' },
    status: 'PERMANENT_FAILURE',
  })
  await client.send(
    new SendMessagesCommand({
      ApplicationId: app,
      MessageRequest: {
        MessageConfiguration: { SMSMessage: { Body: 'hi' } },
        Addresses: { '+15550000001': { ChannelType: 'SMS' } },
      },
    }),
  )
  await send(['failed@example.com'])
  await send(['broken@example.com'], { Body: '{{Attributes.Nothing}}' })
  await send(['good@example.com'])
  await arrived(server.received, 1)
  matchEach(t, server.received, [{ to: ['good@example.com'] }])
})

t.test('e-mails of a campaign arrive, too', async t => {
  const server = await startSmtpServer(t)
  const { endpoints, create, advance } = await withRunningCampaigns(t, { env: { SMTP_URL: server.url } })
  await endpoints(...names(3).map(Address => ({ Id: Address, ChannelType: 'EMAIL' as const, Address })))
  await create({ MessageConfiguration: { EmailMessage: { Title: 'Spring', HtmlBody: '<b>Sale</b>' } } })
  await advance()
  await arrived(server.received, 3)
  t.strictSame(server.received.flatMap(({ to }) => to).sort(), names(3))
  t.match(server.received[0]!.mime, /^Subject: Spring$/m)
})

t.test('e-mails wait for a server that is away at first, and callers do not', async t => {
  const port = await freePort()
  const { send, lines, warnings } = await startWithRelay(t, `smtp://ann:s3cret@127.0.0.1:${port}`)
  await send(names(3))
  const [warning] = await until(() => (warnings().length > 0 ? warnings() : undefined), 'the warning')
  t.match(
    warning,
    new RegExp(
      `^e-mails wait, as the SMTP server at smtp://127\\.0\\.0\\.1:${port} does not take them: .*ECONNREFUSED`,
    ),
  )
  await send(['late@example.com'])
  const server = await startSmtpServer(t, { port, login: { user: 'ann', password: 's3cret' } })
  await arrived(server.received, 4)
  t.strictSame(
    server.received.map(({ to }) => to[0]),
    [...names(3), 'late@example.com'],
  )
  await until(() => lines.find(({ msg }) => msg.endsWith('takes e-mails again')), 'the end of the wait')
  t.equal(warnings().length, 1)
  t.notMatch(JSON.stringify(lines), /s3cret/)
})

t.test('an e-mail that the server refuses is logged once, and the next ones arrive', async t => {
  let refusals = 0
  const refuse = (address: string) => {
    if (address === 'unknown@example.com') return smtpError(550, 'No such user here')
    if (address === 'greylisted@example.com' && refusals++ < 2) return smtpError(451, 'Try again later')
    if (address === 'full@example.com') return smtpError(452, 'Mailbox full')
    return undefined
  }
  const server = await startSmtpServer(t, { refuse })
  const { send, warnings } = await startWithRelay(t, server.url)
  await send(['unknown@example.com', 'greylisted@example.com', 'full@example.com', 'good@example.com'])
  await arrived(server.received, 2)
  matchEach(t, server.received, [{ to: ['greylisted@example.com'] }, { to: ['good@example.com'] }])
  const [unknown, full, ...others] = warnings()
  t.match(unknown, /^the e-mail of message 1 was not handed over, .* refuses it: .*550 No such user here/)
  t.match(full, /^the e-mail of message 3 was not handed over, .* refuses it: .*452 Mailbox full/)
  t.strictSame(others, [])
})

t.test('an e-mail whose address SMTP cannot have is logged as such, and the next one arrives', async t => {
  const server = await startSmtpServer(t)
  const { send, warnings } = await startWithRelay(t, server.url)
  await send(['not an address'])
  await send(['good@example.com'])
  await arrived(server.received, 1)
  matchEach(t, server.received, [{ to: ['good@example.com'] }])
  matchEach(t, warnings(), [
    /^the e-mail of message 1 was not handed over, as its address or content cannot be sent by SMTP: No recip/,
  ])
  t.equal(warnings().length, 1)
})

t.test('a server that refuses the login gets nothing, and no log has the password', async t => {
  const server = await startSmtpServer(t, { login: { user: 'ann', password: 'right' } })
  const { send, lines, warnings, close } = await startWithRelay(
    t,
    server.url.replace('//', '//ann:s3cret%21@'),
  )
  await send(names(2))
  await until(() => (warnings().length > 0 ? true : undefined), 'the warning')
  await close()
  matchEach(t, warnings(), [
    /does not take them: .*535 Authentication of \*\*\* with \*\*\* failed/,
    /^e-mails were left that the SMTP server at smtp:\/\/127\.0\.0\.1:\d+ has not got: /,
  ])
  t.notMatch(JSON.stringify(lines), /s3cret/)
})

t.test('e-mails that wait are gone after a reset, and later ones arrive', async t => {
  const port = await freePort()
  const { send, setUp, control, warnings } = await startWithRelay(t, `smtp://127.0.0.1:${port}`)
  await send(['before@example.com'])
  await until(() => (warnings().length > 0 ? true : undefined), 'the warning')
  await control('POST', '/_pinpoint/reset')
  await send(['after@example.com'], { Body: 'hi' }, await setUp())
  const server = await startSmtpServer(t, { port })
  await arrived(server.received, 1)
  matchEach(t, server.received, [{ to: ['after@example.com'] }])
})

t.test('e-mails that OUTBOX_LIMIT removes before their turn are told', async t => {
  const port = await freePort()
  const { send, warnings } = await startWithRelay(t, `smtp://127.0.0.1:${port}`, { OUTBOX_LIMIT: '2' })
  await send(names(1))
  await until(() => (warnings().length > 0 ? true : undefined), 'the warning')
  await send(names(6))
  const server = await startSmtpServer(t, { port })
  await arrived(server.received, 2)
  matchEach(t, server.received, [{ to: ['user4@example.com'] }, { to: ['user5@example.com'] }])
  t.match(warnings()[1], /^OUTBOX_LIMIT has removed messages before their e-mails could be handed/)
})

t.test('e-mails that OUTBOX_LIMIT removes are told also if none is left after them', async t => {
  const port = await freePort()
  const env = { OUTBOX_LIMIT: '2' }
  const { send, client, app, warnings } = await startWithRelay(t, `smtp://127.0.0.1:${port}`, env)
  await send(names(2))
  await until(() => (warnings().length > 0 ? true : undefined), 'the warning')
  await client.send(
    new SendMessagesCommand({
      ApplicationId: app,
      MessageRequest: {
        MessageConfiguration: { SMSMessage: { Body: 'hi' } },
        Addresses: Object.fromEntries(
          ['+15550001111', '+15550002222', '+15550003333'].map(to => [to, { ChannelType: 'SMS' }]),
        ),
      },
    }),
  )
  await until(() => (warnings().length > 1 ? true : undefined), 'the second warning')
  t.match(warnings()[1], /^OUTBOX_LIMIT has removed messages before their e-mails could be handed/)
})

t.test('e-mails that wait at the end are handed over after the next start, each once', async t => {
  const port = await freePort()
  const [url, DATA_DIR] = [`smtp://127.0.0.1:${port}`, makeFolder(t)]
  const env = { EPHEMERAL: 'false', DATA_DIR }
  const first = await startWithRelay(t, url, env)
  await first.send(['one@example.com', 'two@example.com'])
  await until(() => (first.warnings().length > 0 ? true : undefined), 'the warning')
  await first.close()
  t.match(first.warnings().at(-1), /has not got, and are handed over after the next start: /)

  const server = await startSmtpServer(t, { port })
  const second = await startWithRelay(t, url, env)
  await arrived(server.received, 2)
  await second.send(['three@example.com'])
  await arrived(server.received, 3)
  await second.close()
  const third = await startWithRelay(t, url, env)
  await third.send(['four@example.com'])
  await arrived(server.received, 4)
  t.strictSame(
    server.received.map(({ to }) => to[0]),
    ['one', 'two', 'three', 'four'].map(name => `${name}@example.com`),
  )
})

t.test('e-mails from a time without SMTP_URL, and those of a snapshot, are not handed over', async t => {
  const server = await startSmtpServer(t)
  const env = { EPHEMERAL: 'false', DATA_DIR: makeFolder(t) }
  const first = await startWithRelay(t, server.url, env)
  await first.send(['one@example.com'])
  await arrived(server.received, 1)
  await first.close()
  const without = await startWithRelay(t, undefined, env)
  await without.send(['two@example.com'])
  await without.close()

  const third = await startWithRelay(t, server.url, env)
  const snapshot = await (await fetch(`${third.url}/_pinpoint/snapshot`)).arrayBuffer()
  const restored = await fetch(`${third.url}/_pinpoint/snapshot`, { method: 'PUT', body: snapshot })
  t.equal(restored.status, 204)
  await third.send(['three@example.com'])
  await arrived(server.received, 2)
  t.strictSame(server.received[1]!.to, ['three@example.com'])
})

t.test('what was sent just before the end still arrives', async t => {
  const server = await startSmtpServer(t)
  const { send, close } = await startWithRelay(t, server.url)
  await send(names(10))
  await close()
  t.equal(server.received.length, 10)
})
