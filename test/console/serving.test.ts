import { type IncomingMessage, request } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import t from 'tap'
import { launchBrowser, needsBrowser, openPage } from '../support/browser.ts'
import { createApp, startEmulator } from '../support/helpers.ts'
import { startPrefixProxy } from '../support/prefix-proxy.ts'

const html = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }

/** Sends a request, and reads the answer as it is on the wire. */
async function ask(url: string, headers: Record<string, string> = {}, method = 'GET') {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    request(url, { method, headers }, resolve).on('error', reject).end()
  })
  return { status: answer.statusCode!, headers: answer.headers, body: await buffer(answer) }
}

/** The page and its assets, as a browser finds them. */
async function readPage(url: string) {
  const { body } = await ask(url, html)
  const page = body.toString()
  const [, base = ''] = /<base href="([^"]+)">/.exec(page) ?? []
  const assets = [...page.matchAll(/(?:src|href)="(assets\/[^"]+)"/g)].map(
    ([, address]) => new URL(address!, new URL(base, url)).href,
  )
  return { page, base, assets }
}

const { url, client } = await startEmulator(t)
const home = `${url}/_pinpoint/console/`

t.test('a browser that opens the emulator is sent to the console', async t => {
  for (const [path, location] of [
    ['/', '_pinpoint/console/'],
    ['/_pinpoint', '_pinpoint/console/'],
    ['/_pinpoint/', 'console/'],
    ['/_pinpoint/console', 'console/'],
  ] as const) {
    const { status, headers } = await ask(url + path, html)
    t.match({ status, headers }, { status: 302, headers: { location } }, path)
    t.equal(new URL(headers.location!, url + path).href, home)
  }
})

t.test('every other client gets a list of the control calls, which the OpenAPI document has too', async t => {
  const lists = await Promise.all(
    ['/', '/_pinpoint', '/_pinpoint/'].map(async path => {
      const { status, headers, body } = await ask(url + path, { accept: '*/*' })
      t.match({ status, headers }, { status: 200, headers: { 'content-type': 'application/json' } })
      t.equal(headers.vary, 'Origin, Accept')
      return JSON.parse(body.toString())
    }),
  )
  t.strictSame(lists[0], lists[1])
  t.strictSame(lists[0], lists[2])
  const { paths } = JSON.parse((await ask(url + lists[0].openapi)).body.toString())
  const described = Object.entries<Record<string, { operationId: string; summary: string; tags: string[] }>>(
    paths,
  ).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, { tags }]) => tags.includes('control'))
      .map(([method, { operationId: name, summary }]) => ({
        name,
        method: method.toUpperCase(),
        path,
        summary,
      })),
  )
  const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name)
  t.ok(described.length > 40)
  t.strictSame(lists[0].items.toSorted(byName), described.toSorted(byName))
  t.equal((await ask(url, {}, 'HEAD')).status, 200, 'as tools ask that wait for a port')
  t.equal((await ask(url, {}, 'POST')).status, 404)
})

t.test('each path of the console is its page, which no cache keeps', async t => {
  for (const [path, base] of [
    ['', './'],
    ['?app=a/b', './'],
    ['jobs', './'],
    ['jobs/', '../'],
    ['apps/0123/jobs/4567?tab=a/b', '../../../'],
    ['apps/a%2Fb', '../'],
    ['apps//x', '../../'],
    ['assets', './'],
  ] as const) {
    const { status, headers, body } = await ask(home + path, html)
    t.equal(status, 200, path)
    t.match(body.toString(), `<base href="${base}">`, path)
    t.match(new URL(base, home + path).href, home, 'the base is the root of the console')
    t.equal(headers['cache-control'], 'no-store')
    t.equal(headers['content-type'], 'text/html; charset=utf-8')
  }
  const encoded = await ask(`${url}/%5fpinpoint/%63onsole/apps/a`, html)
  t.match(encoded.body.toString(), '<base href="../">', 'an encoded path is as deep')
  const head = await ask(`${home}jobs`, html, 'HEAD')
  t.match(head, { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' } })
  t.equal(head.body.length, 0)
})

t.test('the page may run and load nothing but files of the emulator', async t => {
  const { headers } = await ask(`${home}jobs`, html)
  t.strictSame(String(headers['content-security-policy']).split('; ').sort(), [
    "base-uri 'self'",
    "connect-src 'self'",
    "default-src 'none'",
    "form-action 'none'",
    "frame-ancestors 'self'",
    "frame-src 'self'",
    "img-src 'self' data:",
    "require-trusted-types-for 'script'",
    "script-src 'self'",
    "style-src 'self'",
    "trusted-types 'none'",
  ])
  t.match(headers, {
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
  })
  const { page } = await readPage(home)
  t.notMatch(page, /<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=/, 'nothing is inline')
})

t.test('the assets have names by their content, and are compressed as the client accepts', async t => {
  const { assets } = await readPage(home)
  t.ok(assets.some(asset => asset.endsWith('.js')) && assets.some(asset => asset.endsWith('.css')))
  const scripts = assets.filter(asset => asset.endsWith('.js'))
  // Pictures have their addresses in scripts.
  const pictures = await Promise.all(
    scripts.map(async script => {
      const text = (await ask(script)).body.toString()
      return [...text.matchAll(/"\.\/([\w-]+\.svg)"/g)].map(([, name]) => new URL(name!, script).href)
    }),
  )
  const types = { js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8', svg: 'image/svg+xml' }
  for (const asset of [...assets, ...pictures.flat()]) {
    t.match(asset, /\/assets\/[\w-]+-[A-Z0-9]{8}\.\w+$/)
    const plain = await ask(asset)
    t.match(plain, {
      status: 200,
      headers: {
        'content-type': types[asset.split('.').at(-1) as keyof typeof types],
        'cache-control': 'public, max-age=31536000, immutable',
        'x-content-type-options': 'nosniff',
        vary: 'Origin, Accept-Encoding',
      },
    })
    t.notOk(plain.headers['content-encoding'])
    for (const [accepted, coding, decode] of [
      ['gzip, deflate, br, zstd', 'br', brotliDecompressSync],
      ['gzip, deflate', 'gzip', gunzipSync],
      ['br;q=0, GZIP;q=0.5', 'gzip', gunzipSync],
      ['br;q=0.001', 'br', brotliDecompressSync],
      ['gzip;q=0.0, br; q=0', undefined, (body: Buffer) => body],
      ['zstd, brotli', undefined, (body: Buffer) => body],
    ] as const) {
      const { headers, body } = await ask(asset, { 'accept-encoding': accepted })
      t.equal(headers['content-encoding'], coding, accepted)
      t.equal(headers['content-length'], String(body.length))
      t.ok(decode(body).equals(plain.body), accepted)
    }
    const head = await ask(asset, {}, 'HEAD')
    t.strictSame(
      [head.status, head.headers['content-length'], head.body.length],
      [200, String(plain.body.length), 0],
    )
  }
})

t.test('an unknown asset is a 404, and not the page', async t => {
  for (const name of ['none.js', 'a/b.js', '', '%2e%2e%2findex.html', 'index.html', 'main.tsx']) {
    const { status, body } = await ask(`${home}assets/${name}`, html)
    t.equal(status, 404, name)
    t.match(JSON.parse(body.toString()).Message, 'load its page again')
  }
})

t.test('with CONTROL_TOKEN and ACCESS_KEYS, the console itself needs neither', async t => {
  const { url } = await startEmulator(t, { CONTROL_TOKEN: 'open-sesame', ACCESS_KEYS: 'AKIDEXAMPLE:secret' })
  t.equal((await ask(url, html)).status, 302)
  t.equal((await ask(url)).status, 200, 'the list of calls says nothing of what is stored')
  t.equal((await ask(`${url}/favicon.ico`)).status, 204)
  const { assets } = await readPage(`${url}/_pinpoint/console/apps/a`)
  for (const asset of assets) t.equal((await ask(asset)).status, 200)
  t.equal((await ask(`${url}/_pinpoint/apps`, html)).status, 401)
  t.equal((await ask(`${url}/_pinpoint/console/`, html, 'POST')).status, 401)
})

t.test('with CONSOLE=off there is no console, and a browser gets the list of calls', async t => {
  const { url } = await startEmulator(t, { CONSOLE: 'off' })
  for (const path of ['/', '/_pinpoint', '/_pinpoint/']) {
    const { status, body } = await ask(url + path, html)
    t.equal(status, 200)
    t.ok(JSON.parse(body.toString()).items.length > 40)
  }
  const { assets } = await readPage(home)
  const paths = ['/_pinpoint/console', '/_pinpoint/console/', '/_pinpoint/console/jobs']
  for (const path of [...paths, ...assets.map(asset => new URL(asset).pathname)]) {
    t.equal((await ask(url + path, html)).status, 404, path)
  }
})

t.test('the console is not in the request log, nor is the icon that browsers ask for', async t => {
  await fetch(`${url}/_pinpoint/requests`, { method: 'DELETE' })
  await ask(url, html)
  const icon = await ask(`${url}/favicon.ico`, { accept: 'image/*', 'sec-fetch-site': 'same-origin' })
  t.match(icon, { status: 204, headers: { 'cache-control': 'max-age=86400' } })
  const { assets } = await readPage(home)
  for (const asset of assets) await ask(asset)
  t.strictSame(await (await fetch(`${url}/_pinpoint/requests`)).json(), { items: [] })
})

t.test('the console as a browser gets it', needsBrowser, async t => {
  const browser = await launchBrowser(t)
  const app = await createApp(client)

  for (const prefix of ['', '/tools/pinpoint']) {
    t.test(`with CONTROL_TOKEN, a session opens control calls${prefix && ' behind a prefix'}`, async t => {
      const { url } = await startEmulator(t, { CONTROL_TOKEN: 'open-sesame' })
      const at = prefix === '' ? url : await startPrefixProxy(t, url, prefix)
      const { page, context } = await openPage(t, browser, at)
      await page.goto(`${at}/_pinpoint/console/`)
      const status = (path: string, init = {}) =>
        page.evaluate<number>(`fetch('${at}${path}', ${JSON.stringify(init)}).then(({ status }) => status)`)
      t.equal(await status('/_pinpoint/apps'), 401)
      const headers = { authorization: 'Bearer open-sesame' }
      t.equal(await status('/_pinpoint/session', { method: 'POST', headers }), 204)
      t.equal(await status('/_pinpoint/apps'), 200)
      t.match(await context.cookies(`${at}/_pinpoint/apps`), [{ path: `${prefix}/_pinpoint` }])
      t.strictSame(await context.cookies(`${at}/v1/apps`), [], 'for /_pinpoint/ alone')
      t.equal(await status('/_pinpoint/session', { method: 'DELETE' }), 204)
      t.equal(await status('/_pinpoint/apps'), 401)
    })

    t.test(
      `the console runs ${prefix === '' ? 'at its own URL' : 'behind a proxy that adds a prefix'}`,
      async t => {
        const at = prefix === '' ? url : await startPrefixProxy(t, url, prefix)
        const { page, trouble } = await openPage(t, browser, at)
        for (const path of ['/', '/_pinpoint/console/jobs', `/_pinpoint/console/apps/${app}/import?a=b/c`]) {
          await page.goto(at + path)
          const where = path === '/' ? '/_pinpoint/console/' : path
          t.match(page.url(), at + where)
          await page.locator('h1').waitFor()
          const loaded = await page.evaluate<string[]>(
            `performance.getEntriesByType('resource').map(({ name }) => name)`,
          )
          t.ok(
            loaded.some(name => name.startsWith(`${at}/_pinpoint/console/assets/`)),
            loaded.join(),
          )
          t.strictSame(trouble, [], path)
        }
      },
    )
  }
})
