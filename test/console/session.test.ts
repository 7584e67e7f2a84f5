import type { Page } from 'playwright-core'
import t from 'tap'
import { launchBrowser, needsBrowser, openPage } from '../support/browser.ts'
import { makeBuckets } from '../support/buckets.ts'
import { startEmulator, until } from '../support/helpers.ts'

const CONTROL_TOKEN = 'open-sesame'
const bearer = { authorization: `Bearer ${CONTROL_TOKEN}` }

/**
 * Types a token into the dialog that asks for it. What the page asked for without it may be refused
 * even later, until the page is drawn.
 */
async function enterToken(page: Page, token: string): Promise<void> {
  await page.getByLabel('Control token').fill(token)
  await page.getByRole('button', { name: 'Open the console' }).click()
}

const dialogOf = (page: Page) => page.getByRole('dialog', { name: 'This emulator asks for its token' })

/** The chip that says whether the page follows what happens. */
const live = (page: Page) => page.getByRole('button', { name: 'Live', exact: true })

t.test('sessions of the console', needsBrowser, async t => {
  const browser = await launchBrowser(t)

  for (const more of [{}, { ACCESS_KEYS: 'AKIDEXAMPLE:secret' }] as Record<string, string>[]) {
    const with_ = `with CONTROL_TOKEN${more.ACCESS_KEYS ? ' and ACCESS_KEYS' : ''}`
    t.test(`${with_}, the console asks for the token, and keeps it for the tab`, async t => {
      const buckets = makeBuckets(t)
      await buckets.put('demo', 'users.csv', 'Id,ChannelType,Address\na,PIGEON,roof\n')
      const { url } = await startEmulator(t, { CONTROL_TOKEN, ...more, ...buckets.env })
      const { page, context, trouble, expectTrouble } = await openPage(t, browser, url)
      /** Makes a call as another client. */
      const call = async (path: string, body: object) => {
        const init = { method: 'POST', headers: bearer, body: JSON.stringify(body) }
        return (await fetch(`${url}/_pinpoint/v1/${path}`, init)).json() as Promise<{ Id: string }>
      }
      await page.goto(`${url}/_pinpoint/console/jobs`)
      const dialog = dialogOf(page)
      await dialog.waitFor()

      await enterToken(page, 'wrong')
      await dialog.getByRole('alert').getByText('That is not the token.').waitFor()

      await enterToken(page, CONTROL_TOKEN)
      await dialog.waitFor({ state: 'detached' })
      await page.getByText('No job yet').waitFor()
      await live(page).waitFor()
      expectTrouble(/^40[13]: /)

      const { Id: app } = await call('apps', { Name: 'shop' })
      const { Id: job } = await call(`apps/${app}/jobs/import`, {
        Format: 'CSV',
        S3Url: 's3://demo/users.csv',
        RoleArn: 'arn:aws:iam::123456789012:role/import',
      })
      await page.goto(`${url}/_pinpoint/console/apps/${app}/import-jobs/${job}`)
      t.equal(await dialog.count(), 0, 'a page that is loaded anew in the tab does not ask')
      // What the page shows above the link goes when the job is over, and a click must not miss it.
      await page.locator('.page-title').getByText('FAILED', { exact: true }).waitFor()
      const link = page.getByRole('link', { name: /failures\.csv|CSV/ })
      const [download] = await Promise.all([page.waitForEvent('download'), link.click()])
      t.match(await (await download.createReadStream()).toArray().then(String), 'PIGEON')

      await call('apps', { Name: 'seen at once' })
      await page.getByRole('link', { name: 'pinpoint-local' }).click()
      await page.getByRole('link', { name: 'seen at once' }).waitFor()
      await call('apps', { Name: 'seen live' })
      await page.getByRole('link', { name: 'seen live' }).waitFor()

      await page.getByRole('link', { name: 'Settings' }).click()
      const [credentials, hints] = more.ACCESS_KEYS
        ? ['AWS_ACCESS_KEY_ID=AKIDEXAMPLE AWS_SECRET_ACCESS_KEY=SECRET_OF_AKIDEXAMPLE', 1]
        : ['AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test', 0]
      await page.getByText(credentials).waitFor()
      t.equal(await page.getByText('write the secret of the key AKIDEXAMPLE').count(), hints)
      t.strictSame(trouble, [])

      t.test('another browser is asked for the token again', async t => {
        const other = await openPage(t, browser, url)
        await other.page.goto(`${url}/_pinpoint/console/`)
        await dialogOf(other.page).waitFor()
        t.match(await context.cookies(`${url}/_pinpoint/`), [{ httpOnly: true, sameSite: 'Strict' }])
      })
    })
  }

  t.test('over plain HTTP to another machine, where a browser says less, frames are shown too', async t => {
    const { url } = await startEmulator(t, { CONTROL_TOKEN, ALLOWED_HOSTS: 'lan.example' })
    const lan = url.replace('127.0.0.1', 'lan.example')
    const { page, trouble, expectTrouble } = await openPage(t, browser, lan)
    await fetch(`${url}/_pinpoint/v1/templates/welcome/email`, {
      method: 'POST',
      headers: bearer,
      body: JSON.stringify({ HtmlPart: '<p>Dear Ann</p>' }),
    })
    await page.goto(`${lan}/_pinpoint/console/templates/email/welcome`)
    await enterToken(page, CONTROL_TOKEN)
    const [frame] = await Promise.all([
      page.waitForRequest(/\/render\/html/),
      page.frameLocator('iframe').getByText('Dear Ann').waitFor(),
    ])
    t.equal((await frame.allHeaders())['sec-fetch-site'], undefined, 'so that this case is the one meant')
    expectTrouble(/^401: /)

    await page.goto(`${lan}/_pinpoint/console/settings`)
    const tab = page.waitForEvent('popup')
    await page.getByRole('link', { name: 'OpenAPI description' }).click()
    await (await tab).getByText('"openapi"').waitFor()
    expectTrouble(/Cross-Origin-Opener-Policy header has been ignored/)
    t.strictSame(trouble, [])
  })

  t.test('an e-mail is shown when the session is gone', async t => {
    const { url } = await startEmulator(t, { CONTROL_TOKEN })
    const { page, context, trouble, expectTrouble } = await openPage(t, browser, url)
    await fetch(`${url}/_pinpoint/v1/templates/welcome/email`, {
      method: 'POST',
      headers: bearer,
      body: JSON.stringify({ HtmlPart: '<p>Dear Ann</p>' }),
    })
    await page.goto(`${url}/_pinpoint/console/templates`)
    await enterToken(page, CONTROL_TOKEN)
    await live(page).waitFor()
    await page.getByRole('link', { name: 'welcome' }).waitFor()
    expectTrouble(/^401: /)
    // As it is after DELETE /_pinpoint/session in another tab.
    await context.clearCookies()
    await page.getByRole('link', { name: 'welcome' }).click()
    await page.frameLocator('iframe').getByText('Dear Ann').waitFor()
    t.strictSame(trouble, [])
  })

  t.test('a reader who closes the dialog of the token is asked again only by the button', async t => {
    const { url } = await startEmulator(t, { CONTROL_TOKEN })
    const { page } = await openPage(t, browser, url)
    await page.goto(`${url}/_pinpoint/console/`)
    await dialogOf(page).waitFor()
    const enter = page.getByRole('button', { name: 'Enter the token' })
    await enter.waitFor()
    await page.keyboard.press('Escape')
    await dialogOf(page).waitFor({ state: 'detached' })
    await page.getByRole('alert').getByText('CONTROL_TOKEN').first().waitFor()
    await page.getByRole('button', { name: 'Try again' }).first().click()
    await page.getByRole('link', { name: 'Outbox' }).click()
    await page.getByRole('heading', { name: 'Outbox' }).waitFor()
    await page.getByRole('alert').getByText('CONTROL_TOKEN').first().waitFor()
    t.equal(await dialogOf(page).count(), 0)
    await enter.click()
    await enterToken(page, CONTROL_TOKEN)
    await page.getByText('No message', { exact: false }).first().waitFor()
    await live(page).waitFor()
  })

  t.test('a tab whose token is not right any more asks for the new one', async t => {
    const first = await startEmulator(t, { CONTROL_TOKEN: 'old' })
    const { page } = await openPage(t, browser, first.url)
    await page.goto(`${first.url}/_pinpoint/console/`)
    await enterToken(page, 'old')
    await live(page).waitFor()
    const PORT = new URL(first.url).port
    await first.close()
    const { url } = await startEmulator(t, { CONTROL_TOKEN, PORT })
    t.equal(url, first.url)
    await dialogOf(page).waitFor()
    await enterToken(page, CONTROL_TOKEN)
    await live(page).waitFor()
  })

  t.test('with ACCESS_KEYS alone, the console says what to set', async t => {
    const { url } = await startEmulator(t, { ACCESS_KEYS: 'AKIDEXAMPLE:secret' })
    const { page } = await openPage(t, browser, url)
    await page.goto(`${url}/_pinpoint/console/`)
    const dialog = dialogOf(page)
    await dialog.getByText('start it with CONTROL_TOKEN').waitFor()
    await enterToken(page, 'secret')
    await dialog.getByRole('alert').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('alert').getByText('with CONTROL_TOKEN set').first().waitFor()
    await until(async () => (await dialog.count()) === 0 || undefined, 'the dialog to close')
  })
})
