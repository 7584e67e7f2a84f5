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
  const { page, trouble, expectTrouble } = await openPage(t, await launchBrowser(t), url, {
    timezoneId: 'UTC',
  })
  await page.goto(`${url}/_pinpoint/console/clock`)
  await page.getByRole('button', { name: 'Live', exact: true }).waitFor()
  const advanced = page.getByText('The last advance went from')

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

  await t.test('an error goes with the next advance, by whichever button', async t => {
    await page.getByLabel('By a duration').fill('1h')
    await page.getByRole('button', { name: 'Advance', exact: true }).click()
    await page.getByRole('alert').waitFor()
    expectTrouble(/^400: POST .*\/clock\/advance$/)
    await page.getByRole('button', { name: 'By 1 hour' }).click()
    await advanced.waitFor()
    t.equal(await page.getByRole('alert').count(), 0)
  })

  await t.test('the last advance is told until the clock is moved otherwise', async t => {
    const now = Date.parse((await control('GET', '/_pinpoint/clock')).body.now)
    await set('frozen', now + day)
    await advanced.waitFor({ state: 'detached' })
    for (const change of [() => set('real'), () => control('POST', '/_pinpoint/reset')]) {
      await set('offset', now + 2 * day)
      await page.getByRole('button', { name: 'By 1 hour' }).click()
      await advanced.waitFor()
      await change()
      await advanced.waitFor({ state: 'detached' })
    }
    t.strictSame(trouble, [])
  })
})
