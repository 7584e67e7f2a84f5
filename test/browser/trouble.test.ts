import t from 'tap'
import { launchBrowser, needsBrowser, openPage } from '../support/browser.ts'
import { startEmulator, until } from '../support/helpers.ts'

t.test('what goes wrong on a page of the console is seen', needsBrowser, async t => {
  const [{ url }, browser] = await Promise.all([startEmulator(t), launchBrowser(t)])
  const { page, trouble, expectTrouble } = await openPage(t, browser, url)
  await page.goto(`${url}/_pinpoint/console/`)
  await page.locator('h1').waitFor()
  t.strictSame(trouble, [])
  for (const [expression, pattern] of [
    [`console.error('oh')`, /^console: oh/],
    [`void setTimeout(() => { throw new Error('ah') })`, /^exception: .*ah/],
    [`void fetch('${url}/_pinpoint/none')`, /^404: GET .*\/none$/],
    [`void fetch('http://other.example/').catch(() => {})`, /^console: .*Content Security Policy/],
    [`void (document.body.append(Object.assign(new Image(), { src: 'http://other.example/' })))`, /img-src/],
    [`void (() => { try { document.body.innerHTML = '<b>x</b>' } catch {} })()`, /^console: .*TrustedHTML/],
    [`void open('http://other.example:1/')`, /^another host: GET http:\/\/other\.example:1\/$/],
  ] as const) {
    await page.evaluate(expression)
    await until(() => trouble.some(line => pattern.test(line)) || undefined, `${pattern}`)
    expectTrouble(/./)
    t.pass(expression)
  }
  t.throws(() => expectTrouble(/^never$/), /nothing went wrong as/)
})
