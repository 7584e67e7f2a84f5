import t from 'tap'
import { launchBrowser, needsBrowser, openPage } from '../support/browser.ts'
import { controlOf } from '../support/control.ts'
import { startEmulator } from '../support/helpers.ts'

const day = 86_400_000

t.test('the clock in the console', needsBrowser, async t => {
  const { url } = await startEmulator(t)
  const control = controlOf(url)
  const set = (mode: string, now?: number) =>
    control('PUT', '/_pinpoint/clock', { mode, ...(now && { now: new Date(now).toISOString() }) })
  const { page, trouble } = await openPage(t, await launchBrowser(t), url, {
    timezoneId: 'UTC',
  })
  await page.goto(`${url}/_pinpoint/console/clock`)
  await page.getByRole('button', { name: 'Live', exact: true }).waitFor()

  await t.test('a clock that is moved to another day says which', async () => {
    const ahead = Math.floor(Date.now() / 1000) * 1000 + 20 * day
    const shown = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' }).format(ahead)
    await set('frozen', ahead)
    await page
      .locator('header')
      .getByRole('link', { name: `${shown}, ` })
      .waitFor()
    await page
      .getByRole('main')
      .getByText(new RegExp(`^${shown}, [\\d:]+$`))
      .waitFor()
  })
  t.strictSame(trouble, [])
})
