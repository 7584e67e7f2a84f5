import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  GetAppsCommand,
  GetEndpointCommand,
  type PinpointClient,
  UpdateEndpointCommand,
} from '@aws-sdk/client-pinpoint'
import { build } from 'esbuild'
import type { Browser, Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { launchBrowser, needsBrowser } from '../support/chromium.ts'
import { controlOf } from '../support/control.ts'
import { createApp, startEmulator, until } from '../support/helpers.ts'

const address = 'ann@example.com'
const key = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' }

/** An emulator that holds an endpoint, and the list of its answers. */
async function startFilledEmulator(t: Test, env: Record<string, string> = {}) {
  const { url, client, app } = await startEmulator(t, env)
  const answers: string[] = []
  app.server.on('request', ({ method, url }, response) => {
    response.once('finish', () => answers.push(`${response.statusCode} ${method} ${url}`))
  })
  const ApplicationId = await createApp(client)
  await client.send(
    new UpdateEndpointCommand({
      ApplicationId,
      EndpointId: 'ann',
      EndpointRequest: { ChannelType: 'EMAIL', Address: address },
    }),
  )
  return { url, port: new URL(url).port, client, ApplicationId, answers }
}
type Emulator = Awaited<ReturnType<typeof startFilledEmulator>>

/** What the attacks below would change. */
async function stateOf({ url, client, ApplicationId }: Emulator) {
  const control = controlOf(url)
  const endpoint = new GetEndpointCommand({ ApplicationId, EndpointId: 'ann' })
  return {
    apps: (await client.send(new GetAppsCommand({}))).ApplicationsResponse?.Item,
    endpoint: (await client.send(endpoint)).EndpointResponse,
    jobControl: (await control('GET', '/_pinpoint/job-control')).body,
    faults: (await control('GET', '/_pinpoint/faults')).body,
  }
}

/** The real SDK, as a module for a page. */
const sdk = async () => {
  const { outputFiles } = await build({
    stdin: { contents: "export * from '@aws-sdk/client-pinpoint'", resolveDir: import.meta.dirname },
    bundle: true,
    format: 'esm',
    platform: 'browser',
    write: false,
  })
  return outputFiles[0]!.contents
}

/** A web server on a port of its own, with an empty page and the SDK; every name leads to it. */
async function servePages(t: Test): Promise<string> {
  const bundle = await sdk()
  const server = createServer((request, response) => {
    if (request.url === '/sdk.js') response.setHeader('content-type', 'text/javascript').end(bundle)
    else response.setHeader('content-type', 'text/html').end(emptyPage)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => void server.close().closeAllConnections())
  return String((server.address() as AddressInfo).port)
}

const emptyPage = '<!doctype html><title>page</title>'

/** Opens an empty page at any URL, also one that leads to an emulator, whatever that would answer. */
async function openMadeUp(browser: Browser, url: string): Promise<Page> {
  const page = await browser.newPage()
  await page.route(url, route => route.fulfill({ contentType: 'text/html', body: emptyPage }))
  await page.goto(url)
  return page
}

/** Runs an expression on a page and gives the text that the page could read, if any. */
const readOn = (page: Page, expression: string): Promise<string | undefined> =>
  page.evaluate(`(async () => {
    try {
      const result = await ${expression}
      if (result instanceof Response && result.type !== 'opaque') return result.status + ' ' + (await result.text())
    } catch {}
  })()`)

/** What a hostile page may try, as expressions; `url` is the emulator's, `app` the id of its application. */
const attacks = {
  'resets by a simple request': `fetch(url + '/_pinpoint/reset', { method: 'POST', mode: 'no-cors' })`,
  'resets by an escaped path': `fetch(url + '/%5fpinpoint/reset', { method: 'POST', mode: 'no-cors' })`,
  'resets by another name of the machine': `fetch(
    url.replace('127.0.0.1', 'localhost') + '/_pinpoint/reset',
    { method: 'POST', mode: 'no-cors' },
  )`,
  'resets by a beacon': `navigator.sendBeacon(url + '/_pinpoint/reset')`,
  'resets by a form': `(
    document.body.innerHTML = '<iframe name=f></iframe><form target=f method=post>',
    document.forms[0].action = url + '/_pinpoint/reset',
    document.forms[0].submit()
  )`,
  'resets by a form without an origin': `void (
    document.body.innerHTML = '<iframe sandbox="allow-scripts allow-forms">',
    document.querySelector('iframe').srcdoc =
      '<form method=post action=' + url + '/_pinpoint/reset></form><script>document.forms[0].submit()</script>'
  )`,
  'replaces the state': `fetch(url + '/_pinpoint/snapshot', { method: 'PUT', body: 'x' })`,
  'holds jobs': `fetch(url + '/_pinpoint/job-control', { method: 'PUT', body: '{"mode":"manual"}' })`,
  'adds a fault rule': `fetch(
    url + '/_pinpoint/faults',
    { method: 'POST', mode: 'no-cors', body: '{"latencyMs":1}' },
  )`,
  'creates an application by a simple request': `fetch(
    url + '/v1/apps',
    { method: 'POST', mode: 'no-cors', body: '{"Name":"x"}' },
  )`,
  'changes an endpoint': `fetch(
    url + '/v1/apps/' + app + '/endpoints/ann',
    { method: 'PUT', body: '{"Address":"x"}' },
  )`,
  'deletes an application': `fetch(url + '/v1/apps/' + app, { method: 'DELETE' })`,
  'reads an endpoint': `fetch(url + '/v1/apps/' + app + '/endpoints/ann')`,
  'reads the applications': `fetch(url + '/v1/apps')`,
  'reads a snapshot': `fetch(url + '/_pinpoint/snapshot')`,
  'reads the list of calls': `fetch(url + '/_pinpoint/requests')`,
  'includes a control call as a script': `new Promise((onload, onerror) => document.head.append(
    Object.assign(document.createElement('script'), { src: url + '/_pinpoint/requests', onload, onerror }),
  ))`,
  'shows a control call in a frame': `void (
    document.body.append(document.createElement('iframe')),
    document.querySelector('iframe').src = url + '/_pinpoint/faults'
  )`,
  'leads the browser to a snapshot': `void (location = url + '/_pinpoint/snapshot')`,
}

t.test('web pages in a real browser', needsBrowser, async t => {
  const browser = await launchBrowser(t)
  const [emulator, port] = await Promise.all([startFilledEmulator(t), servePages(t)])
  const { url, answers } = emulator

  /** Has a page run an expression, and gives what the emulator answered, and what the page could read. */
  const attack = async (page: Page, expression: string) => {
    answers.length = 0
    const read = await readOn(page, `((url, app) => (${expression}))('${url}', '${emulator.ApplicationId}')`)
    await until(() => answers.length > 0 || undefined, 'an answer')
    return { read, statuses: answers.map(answer => answer.slice(0, 3)) }
  }

  const hostile = await browser.newPage()
  for (const [title, expression] of Object.entries(attacks)) {
    t.test(`a page of another site that ${title} is refused`, async t => {
      const before = await stateOf(emulator)
      await hostile.goto(`http://evil.example:${port}/`)
      const { read, statuses } = await attack(hostile, expression)
      t.strictSame({ read, statuses }, { read: undefined, statuses: ['403'] }, answers.join('\n'))
      t.strictSame(await stateOf(emulator), before, 'the state is as it was')
    })
  }

  t.test('a page whose name is made to lead to the emulator is refused, and told why', async t => {
    const before = await stateOf(emulator)
    const page = await openMadeUp(browser, `http://rebound.example:${emulator.port}/`)
    for (const expression of [
      `fetch('/_pinpoint/reset', { method: 'POST' })`,
      `fetch('/_pinpoint/snapshot')`,
      `fetch('/v1/apps')`,
      `fetch('/v1/apps/' + app + '/endpoints/ann')`,
      `fetch('/v1/apps/' + app, { method: 'DELETE' })`,
    ]) {
      const { read, statuses } = await attack(page, expression)
      t.strictSame(statuses, ['403'], expression)
      // The page may read this, as it takes the emulator for its own server.
      t.match(read, /^403 .*Host.*rebound\.example.*ALLOWED_HOSTS/, expression)
      t.notMatch(read, address)
    }
    t.strictSame(await stateOf(emulator), before, 'the state is as it was')
  })

  for (const host of ['127.0.0.1', 'localhost', 'shop.localhost']) {
    t.test(`a page of ${host} works by the AWS SDK, and makes no control calls`, async t => {
      const page = await browser.newPage()
      await page.goto(`http://${host}:${port}/`)
      const Name = `of ${host}`
      t.strictSame(await useSdk(page, url, Name), { read: Name, error: 'NotFoundException' })
      t.match(await appsOf(emulator.client), [{ Name }], 'the newest is the first')

      const before = await stateOf(emulator)
      for (const expression of [
        `fetch(url + '/_pinpoint/reset', { method: 'POST' })`,
        `fetch(url + '/_pinpoint/reset', { method: 'POST', mode: 'no-cors' })`,
        `fetch(url + '/_pinpoint/job-control', { method: 'PUT', body: '{"mode":"manual"}' })`,
        `fetch(url + '/_pinpoint/snapshot')`,
      ]) {
        const { read, statuses } = await attack(page, expression)
        t.strictSame({ read, statuses }, { read: undefined, statuses: ['403'] }, expression)
      }
      t.strictSame(await stateOf(emulator), before, 'the state is as it was')
    })
  }

  t.test('a page of an allowed origin works by the AWS SDK, and makes control calls', async t => {
    const origin = `http://shop.example:${port}`
    const allowing = await startFilledEmulator(t, { ALLOWED_ORIGINS: origin })
    const page = await browser.newPage()
    await page.goto(origin)
    t.match(await useSdk(page, allowing.url, 'x'), { read: 'x' })
    t.match(await readOn(page, `fetch('${allowing.url}/_pinpoint/reset', { method: 'POST' })`), /^204 /)
    t.strictSame(await appsOf(allowing.client), [])
  })

  t.test('a page of the emulator itself reads endpoints, and makes control calls', async t => {
    const own = await startFilledEmulator(t)
    const page = await openMadeUp(browser, `http://localhost:${own.port}/page`)
    const endpoint = `/v1/apps/${own.ApplicationId}/endpoints/ann`
    t.match(await readOn(page, `fetch('${endpoint}')`), address)
    t.match(await readOn(page, `fetch('/_pinpoint/reset', { method: 'POST' })`), /^204 /)
    t.strictSame(await appsOf(own.client), [])
  })

  t.test('what the SDK signs in a browser is a valid signature', async t => {
    const accessKeys = `${key.accessKeyId}:${key.secretAccessKey}`
    const { url } = await startEmulator(t, { ACCESS_KEYS: accessKeys })
    const page = await browser.newPage()
    await page.goto(`http://localhost:${port}/`)
    t.match(await useSdk(page, url, 'x'), { read: 'x' })
  })
})

const appsOf = async (client: PinpointClient) =>
  (await client.send(new GetAppsCommand({}))).ApplicationsResponse?.Item ?? []

/** Creates an application with the SDK on a page, reads it, and reads one that is not there. */
const useSdk = (page: Page, endpoint: string, name: string) =>
  page.evaluate(`(async () => {
    const { PinpointClient, CreateAppCommand, GetAppCommand } = await import('/sdk.js')
    const client = new PinpointClient({
      endpoint: ${JSON.stringify(endpoint)},
      region: 'us-east-1',
      credentials: ${JSON.stringify(key)},
      maxAttempts: 1,
    })
    const created = await client.send(new CreateAppCommand({ CreateApplicationRequest: { Name: '${name}' } }))
    const get = id => client.send(new GetAppCommand({ ApplicationId: id }))
    const read = await get(created.ApplicationResponse.Id)
    const error = await get('nope').catch(error => error)
    return { read: read.ApplicationResponse.Name, error: error.name }
  })()`)
