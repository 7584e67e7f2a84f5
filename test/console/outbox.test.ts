import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  type AddressConfiguration,
  CreateEmailTemplateCommand,
  type DirectMessageConfiguration,
  SendMessagesCommand,
  SendOTPMessageCommand,
  type TemplateConfiguration,
  UpdateEmailChannelCommand,
  UpdateGcmChannelCommand,
  UpdateSmsChannelCommand,
  UpdateVoiceChannelCommand,
} from '@aws-sdk/client-pinpoint'
import t, { type Test } from 'tap'
import { dropFiles, launchBrowser, needsBrowser, openPage } from '../support/browser.ts'
import { controlOf } from '../support/control.ts'
import { createApp, startEmulator } from '../support/helpers.ts'
import { matchEach } from '../support/items.ts'
import { startPrefixProxy } from '../support/prefix-proxy.ts'
import { channelSettings } from '../support/sending.ts'

/** An emulator with an application that can send, and a browser that looks at a page of its console. */
async function withOutbox(t: Test, { path = 'outbox', prefix = '' } = {}) {
  const { url: own, client } = await startEmulator(t)
  // An SDK calls the emulator itself.
  const url = prefix === '' ? own : await startPrefixProxy(t, own, prefix)
  const app = await createApp(client, 'shop')
  const ApplicationId = app
  await client.send(
    new UpdateEmailChannelCommand({ ApplicationId, EmailChannelRequest: channelSettings.EMAIL }),
  )
  await client.send(new UpdateSmsChannelCommand({ ApplicationId, SMSChannelRequest: {} }))
  await client.send(new UpdateVoiceChannelCommand({ ApplicationId, VoiceChannelRequest: {} }))
  await client.send(new UpdateGcmChannelCommand({ ApplicationId, GCMChannelRequest: channelSettings.GCM }))
  const send = (
    MessageConfiguration: DirectMessageConfiguration,
    Addresses: Record<string, AddressConfiguration>,
    TemplateConfiguration?: TemplateConfiguration,
  ) =>
    client.send(
      new SendMessagesCommand({
        ApplicationId,
        MessageRequest: {
          MessageConfiguration,
          Addresses,
          ...(TemplateConfiguration && { TemplateConfiguration }),
        },
      }),
    )
  const sendSms = (Body: string, ...numbers: string[]) =>
    send(
      { SMSMessage: { Body } },
      Object.fromEntries(numbers.map(number => [number, { ChannelType: 'SMS' as const }])),
    )
  const sendEmail = (HtmlPart: string, Subject = 'Hello') =>
    send(
      {
        EmailMessage: {
          SimpleEmail: {
            Subject: { Data: Subject },
            HtmlPart: { Data: HtmlPart },
            TextPart: { Data: 'as text' },
          },
        },
      },
      { 'ann@example.com': { ChannelType: 'EMAIL' } },
    )
  const watched = await openPage(t, await launchBrowser(t), url)
  const open = (path: string) => watched.page.goto(`${url}/_pinpoint/console/${path}`)
  await open(path)
  return { url, client, app, call: controlOf(url), send, sendSms, sendEmail, open, ...watched }
}

/** What Chromium says of a frame in a mail that is not loaded; it names the page as the place. */
const refused = /^console: Framing .* violates .* The request has been blocked/

/** A web server somewhere else, and the paths that were asked of it. */
async function startForeignSite(t: Test) {
  const asked: string[] = []
  const server = createServer(({ url }, response) => {
    asked.push(url!)
    response.setHeader('content-type', 'image/svg+xml')
    response.end('<svg xmlns="http://www.w3.org/2000/svg"/>')
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  return { asked, origin: `http://evil.example:${(server.address() as AddressInfo).port}` }
}

t.test('messages that an SDK sends appear without a reload, and rows do not move', needsBrowser, async t => {
  const { page, sendSms, sendEmail, trouble } = await withOutbox(t)
  await page.getByText('No message yet').waitFor()
  await page.getByRole('button', { name: 'Live', exact: true }).waitFor()
  await page.evaluate('window.same = true')
  await sendSms('one', '+15550000001')
  const status = page.getByRole('status')
  await Promise.all([
    status.getByText('1 new message.', { exact: true }).waitFor(),
    page.getByRole('row', { name: /\+15550000001 .* one/ }).waitFor(),
  ])
  await sendEmail('<p>Dear Ann</p>', 'Welcome')
  await page.getByRole('row', { name: /ann@example\.com .* Welcome/ }).waitFor()

  await page.getByRole('link', { name: '+15550000001' }).focus()
  await sendSms('two', '+15550000002', '+15550000003')
  const show = page.getByRole('button', { name: 'Show 2 new messages' })
  await show.waitFor()
  t.equal(await page.getByRole('row', { name: /two/ }).count(), 0, 'while a row has the focus, none is added')
  await show.click()
  await page.getByRole('row', { name: /two/ }).first().waitFor()
  t.equal(await page.getByRole('row', { name: /two/ }).count(), 2)
  t.equal(await page.getByRole('button', { name: /^Show/ }).count(), 0)
  t.equal(await page.evaluate('window.same'), true, 'the page was not loaded again')

  await sendSms('many', ...Array.from({ length: 50 }, (_, n) => `+1555001${1000 + n}`))
  const ahead = page.waitForResponse(/\/messages\?.*token=/)
  await page.reload()
  await (await ahead).finished()
  const answers = Promise.withResolvers<void>()
  await page.route(/\/messages\?.*(token|channel)=/, async route => {
    await answers.promise
    await route.continue()
  })
  await page.getByRole('link', { name: 'Next page' }).click()
  await page.getByRole('row', { name: /one/ }).waitFor()
  await page.getByLabel('Channel', { exact: true }).selectOption('SMS')
  const waiting = page.locator('main [aria-busy=true]')
  t.match(await waiting.textContent(), 'one', 'the rows stay until others are there')
  answers.resolve()
  await waiting.waitFor({ state: 'detached' })
  await page.getByRole('link', { name: 'Next page' }).click()
  await page.getByRole('row', { name: /one/ }).waitFor()
  await page.getByRole('button', { name: 'Live', exact: true }).waitFor()
  await sendSms('last', '+15550000009')
  await page.getByRole('button', { name: 'Show 1 new message', exact: true }).click()
  await page.getByRole('row', { name: /last/ }).waitFor()
  t.strictSame(trouble, [])
})

t.test(
  'behind a prefix, files are uploaded, messages appear, and an e-mail is shown',
  needsBrowser,
  async t => {
    const { page, sendEmail, trouble } = await withOutbox(t, { path: '', prefix: '/tools/pinpoint' })
    await page.getByRole('link', { name: 'shop' }).waitFor()
    await dropFiles(page.locator('h1'), {
      'users.csv': 'Id,ChannelType,Address\nann,EMAIL,ann@example.com\n',
    })
    await page.getByRole('button', { name: 'Import 1 file' }).click()
    await page.locator('.page-title').getByText('COMPLETED', { exact: true }).waitFor()

    await page.getByRole('link', { name: 'Outbox' }).click()
    await page.getByText('No message yet').waitFor()
    await page.getByRole('button', { name: 'Live', exact: true }).waitFor()
    await sendEmail('<p>Dear Ann</p>')
    await page.getByRole('link', { name: 'ann@example.com' }).click()
    await page.frameLocator('iframe[title="The e-mail"]').getByText('Dear Ann').waitFor()
    t.match(page.url(), /\/tools\/pinpoint\/_pinpoint\/console\/outbox\/1$/)
    t.strictSame(trouble, [])
  },
)

t.test('filters are in the address, and what was found can be deleted', needsBrowser, async t => {
  const { page, send, sendSms, trouble, call } = await withOutbox(t)
  await sendSms('fine', '+15550000001')
  await send({ SMSMessage: { Body: 'x'.repeat(1601) } }, { '+15550000002': { ChannelType: 'SMS' } })
  await page.getByRole('row', { name: /\+15550000002/ }).waitFor()
  await page.getByLabel('Status').selectOption('All failures')
  await page.getByRole('row', { name: /fine/ }).waitFor({ state: 'detached' })
  t.match(page.url(), /outbox\?failed=true$/)
  await page.reload()
  const row = { name: /\+15550000002 .* Message too long.* PERMANENT_FAILURE SendMessages/ }
  await page.getByRole('row', row).waitFor()
  t.equal(await page.getByRole('row', { name: /fine/ }).count(), 0)

  await page.getByRole('link', { name: '+15550000002' }).click()
  await page.getByRole('note').getByText('Message too long').waitFor()
  t.equal(await page.getByRole('button', { name: /^Mark/ }).count(), 0, 'nothing happens to it')
  await page.goBack()
  await page.getByRole('button', { name: 'Delete those found' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete those found' }).click()
  await page.locator('main').getByText('No message matches the filters').waitFor()
  matchEach(t, (await call('GET', '/_pinpoint/messages')).body.items, [{ body: 'fine' }])
  await page.getByRole('link', { name: 'All messages' }).click()
  await page.getByRole('row', { name: /fine/ }).waitFor()

  const entries = await page.evaluate('history.length')
  await page.getByLabel('Text').focus()
  await page.keyboard.type('nothing like i')
  await page.locator('main').getByText('No message matches the filters').waitFor()
  await page.keyboard.type('t')
  await page.waitForURL(/\?text=nothing\+like\+it$/)
  t.equal(await page.getByLabel('Text').inputValue(), 'nothing like it', 'focus and caret stay')
  t.equal(await page.evaluate('history.length'), entries, 'no step of the history for each key')
  await page.getByLabel('Text').fill('fin')
  await page.getByRole('row', { name: /fine/ }).waitFor()
  t.strictSame(trouble, [])
})

t.test('a link of an e-mail opens in a new tab', needsBrowser, async t => {
  const { origin } = await startForeignSite(t)
  const { page, context, sendEmail, open } = await withOutbox(t)
  await sendEmail(`<!doctype html><p>Dear Ann</p><a href="${origin}/offer">The offer</a>`)
  await open('outbox/1')
  const mail = page.frameLocator('iframe[title="The e-mail"]')
  const tab = context.waitForEvent('page')
  await mail.getByText('The offer').click()
  await (await tab).waitForURL(`${origin}/offer`)
  await mail.getByText('Dear Ann').waitFor()
})

t.test('a hostile e-mail runs nothing and fetches nothing', needsBrowser, async t => {
  const { asked, origin } = await startForeignSite(t)
  const { page, context, url, sendEmail, open, trouble, expectTrouble } = await withOutbox(t)
  const run = (name: string) => `fetch('${origin}/${name}');top.document.title='${name}';alert(1)`
  await sendEmail(`
    <base href="${origin}/base/">
    <meta http-equiv="refresh" content="0;url=${origin}/refresh">
    <link rel="stylesheet" href="${origin}/style.css"><link rel="prefetch" href="${origin}/prefetch">
    <style>@import url(${origin}/import.css); body { background: url(${origin}/css) }
      @font-face { font-family: evil; src: url(${origin}/font) } p { font-family: evil }</style>
    <script>${run('script')}</script><script src="${origin}/script.js"></script>
    <body onload="${run('handler')}">
    <img src="data:,x" onerror="${run('error')}"><img src="${origin}/picture">
    <svg onload="${run('svg')}"><image href="${origin}/svg-picture"/><script>${run('svg-script')}</script></svg>
    <iframe src="${origin}/frame"></iframe><object data="${origin}/object"></object>
    <video src="${origin}/video" poster="${origin}/poster"></video>
    <form action="${origin}/form"><button>Win</button></form>
    <p>Dear Ann</p><a href="javascript:${run('link')}">Click me</a>`)
  await open('outbox/1')
  const mail = page.frameLocator('iframe[title="The e-mail"]')
  await mail.getByText('Dear Ann').waitFor()
  const title = await page.title()
  await mail.getByRole('button', { name: 'Win' }).click()
  await mail.getByText('Click me').click()
  await page.getByRole('link', { name: 'Full' }).click()
  await mail.getByText('Dear Ann').waitFor()
  t.strictSame(asked, [])
  expectTrouble(refused)
  t.strictSame(trouble, [])
  t.equal(await page.title(), title)
  for (const tab of context.pages().filter(tab => tab !== page)) {
    t.equal(tab.url(), 'about:blank', 'a link that is a script opens an empty tab')
    await tab.close()
  }

  // Opened alone, it is as harmless.
  await page.goto(`${url}/_pinpoint/messages/1/html`)
  await page.getByText('Dear Ann').waitFor()
  t.strictSame(asked, [])
  expectTrouble(refused)
  t.strictSame(trouble, [])

  // After a click, pictures and styles are fetched, and nothing runs.
  await open('outbox/1')
  await mail.getByText('Dear Ann').waitFor()
  const picture = page.waitForRequest(`${origin}/picture`)
  await page.getByRole('button', { name: 'Load remote content' }).click()
  await picture
  await mail.getByText('Dear Ann').waitFor()
  t.ok(asked.includes('/picture'), 'so the test would have seen it before')
  const ran = ['/refresh', '/script', '/handler', '/error', '/svg', '/frame', '/object', '/form', '/link']
  t.strictSame(
    asked.filter(path => ran.includes(path)),
    [],
  )
  expectTrouble(refused)
  // Fonts need an answer that allows them.
  expectTrouble(/^failed: GET .*\/font/)
  expectTrouble(/^another host: GET/)
  t.strictSame(trouble, [])
  await page.reload()
  await page.getByRole('button', { name: 'Load remote content' }).waitFor()
})

t.test('an e-mail is shown as text, headers and raw, and marked as opened', needsBrowser, async t => {
  const { page, sendEmail, open, trouble, call } = await withOutbox(t)
  await sendEmail('<p>as HTML</p><a href="https://shop.example/?a=1&amp;b=2">Shop</a>')
  await open('outbox/1')
  await page.frameLocator('iframe').getByText('as HTML').waitFor()
  const frame = page.locator('iframe')
  const { height } = (await frame.boundingBox())!
  await page.getByRole('button', { name: 'Taller' }).click()
  t.equal((await frame.boundingBox())!.height, height + 240)
  await page.getByRole('button', { name: 'Shorter' }).click()
  t.equal((await frame.boundingBox())!.height, height)
  await page.getByRole('link', { name: 'Text', exact: true }).click()
  await page.getByRole('region', { name: 'Text' }).getByText('as text').waitFor()
  await page.getByRole('link', { name: 'Headers' }).click()
  await page.getByRole('row', { name: /^From shop@example.com/ }).waitFor()
  await page.getByRole('link', { name: 'Raw' }).click()
  await page.getByText('Content-Type: multipart/alternative').waitFor()
  t.match(page.url(), /outbox\/1\?view=raw$/)
  const download = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Download message-1.eml' }).click()
  t.equal((await download).suggestedFilename(), 'message-1.eml')

  await page.getByRole('button', { name: 'Mark opened' }).click()
  await page.getByRole('listitem').filter({ hasText: '_email.open' }).waitFor()
  await page.getByRole('button', { name: 'Mark clicked' }).click()
  await page.getByRole('listitem').filter({ hasText: '_email.click' }).waitFor()
  const { items } = (await call('GET', '/_pinpoint/events?message=1')).body
  matchEach(t, items, [
    { event: { event_type: '_email.click', attributes: { link: 'https://shop.example/?a=1&b=2' } } },
    { event: { event_type: '_email.open' } },
    { event: { event_type: '_email.delivered' } },
    { event: { event_type: '_email.send' } },
  ])
  t.strictSame(trouble, [])
})

t.test('a one-time password is shown, and copied', needsBrowser, async t => {
  const { page, context, client, app, call, trouble } = await withOutbox(t)
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await client.send(
    new SendOTPMessageCommand({
      ApplicationId: app,
      SendOTPMessageRequestParameters: {
        Channel: 'SMS',
        BrandName: 'Shop',
        ReferenceId: 'login',
        DestinationIdentity: '+12065550142',
        OriginationIdentity: '+18555550100',
      },
    }),
  )
  await page.getByRole('link', { name: '+12065550142' }).click()
  const { code } = (await call('GET', '/_pinpoint/otp')).body.items[0]
  await page.getByRole('status', { name: 'Code' }).getByText(code).waitFor()
  await page.getByText('Valid', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Copy the code' }).click()
  await page.getByText('Copied.').waitFor({ state: 'attached' })
  t.equal(await page.evaluate('navigator.clipboard.readText()'), code)

  await page.evaluate(`{
    Object.defineProperty(navigator, 'clipboard', { value: undefined })
    document.execCommand = () => false
  }`)
  await page.getByRole('button', { name: 'Copy the code' }).click()
  await page.getByTitle('The browser refused to copy').waitFor()
  t.strictSame(trouble, [])
})

t.test('each channel looks like itself, and j and k go from message to message', needsBrowser, async t => {
  const { page, send, sendSms, open, client, trouble } = await withOutbox(t)
  await sendSms('a text', '+15550000001')
  await send(
    { VoiceMessage: { Body: 'Good day', VoiceId: 'Amy' } },
    { '+15550000002': { ChannelType: 'VOICE' } },
  )
  await send({ GCMMessage: { Title: 'Sale', Body: '20 % off' } }, { token: { ChannelType: 'GCM' } })
  await client.send(
    new CreateEmailTemplateCommand({
      TemplateName: 'broken',
      EmailTemplateRequest: { Subject: 'Hi', HtmlPart: '\n {{#if}}' },
    }),
  )
  await send({}, { 'ann@example.com': { ChannelType: 'EMAIL' } }, { EmailTemplate: { Name: 'broken' } })
  await open('outbox/4')
  await page.getByText('NOT RENDERED').waitFor()
  await page
    .getByRole('note')
    .getByText(/line 2, column 2/)
    .waitFor()
  t.equal(
    await page.getByRole('link', { name: 'broken, version 1' }).getAttribute('href'),
    'templates/email/broken?version=1',
  )
  const pressWhen = async (link: 'Older' | 'Newer', key: string) => {
    await page.getByRole('link', { name: link }).waitFor()
    await page.keyboard.press(key)
  }
  await pressWhen('Older', 'j')
  await page
    .getByRole('region', { name: 'Push notification' })
    .getByText('20 % off', { exact: true })
    .waitFor()
  await page.getByText('"pinpoint.notification.title": "Sale"').waitFor()
  await pressWhen('Older', 'j')
  await page.getByRole('blockquote').getByText('Good day').waitFor()
  await pressWhen('Older', 'j')
  await page.getByText('6 characters, 1 part').waitFor()
  t.equal(await page.getByRole('link', { name: 'Older' }).count(), 0)
  await pressWhen('Newer', 'k')
  await page.getByRole('blockquote').getByText('Good day').waitFor()
  t.match(page.url(), /outbox\/2$/)
  t.strictSame(trouble, [])
})

t.test('a message that is gone says so', needsBrowser, async t => {
  const { page, sendSms, open, trouble, expectTrouble } = await withOutbox(t)
  await sendSms('one', '+15550000001')
  await open('outbox/1')
  await page.getByRole('button', { name: 'Delete' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click()
  await page.getByText('No message yet').waitFor()
  await page.goBack()
  await page.getByText('This message is not there').waitFor()
  expectTrouble(/^404: GET .*\/messages\/1$/)
  t.strictSame(trouble, [])
})
