import type { Page } from 'playwright-core'
import t from 'tap'
import { launchBrowser, needsBrowser, openPage } from '../support/browser.ts'
import { controlOf } from '../support/control.ts'
import { createApp, startEmulator, until } from '../support/helpers.ts'
import { putEndpoint } from '../support/reads.ts'

/** The sentence that a screen reader was told last, as it stands there; empty after a while. */
const said = (page: Page) => page.evaluate<string>(`document.querySelector('p[role=status]').textContent`)

const untilSaid = (page: Page, text: string) =>
  until(async () => (await said(page)) === text || undefined, `the sentence "${text}"`)

/** The names of what has a role on a page, as the browser itself gives them to a screen reader. */
async function namesOf(page: Page, wanted: string): Promise<string[]> {
  const session = await page.context().newCDPSession(page)
  const { nodes } = await session.send('Accessibility.getFullAXTree')
  return nodes.filter(({ role }) => role?.value === wanted).map(({ name }) => String(name?.value))
}

t.test('what a screen reader is told', needsBrowser, async t => {
  const browser = await launchBrowser(t)
  const { url, client } = await startEmulator(t)
  const app = await createApp(client, 'shop')
  for (const id of ['ann', 'bob', 'ben'])
    await putEndpoint(client, app, id, { ChannelType: 'SMS', Address: '+15555550100' })
  const home = `${url}/_pinpoint/console/`
  const control = controlOf(url)

  t.test('an announcement goes after a while, and the same one soon after is another text', async t => {
    const { page } = await openPage(t, browser, url)
    await page.goto(`${home}settings`)
    const copy = page.getByRole('button', { name: /^Copy: / })
    await copy.click()
    const first = await until(async () => (await said(page)) || undefined, 'a sentence')
    await copy.click()
    await untilSaid(page, `${first}\u00a0`)
    await untilSaid(page, '')
  })

  t.test('a screen reader is told that the feed is paused, and live again', async t => {
    const { page } = await openPage(t, browser, url)
    await page.goto(home)
    await page.getByRole('button', { name: 'Live', exact: true }).waitFor()
    t.equal(await said(page), '', 'not that it is live at first')
    await page.keyboard.press('.')
    await until(async () => /^Paused\. What is shown is as of /.test(await said(page)) || undefined, 'Paused')
    await page.keyboard.press('.')
    await untilSaid(page, 'Live.')
  })

  t.test('a screen reader is told what a filter has found', async t => {
    const { page, trouble } = await openPage(t, browser, url)
    await page.goto(`${home}apps/${app}/endpoints`)
    await page.getByRole('link', { name: 'ann', exact: true }).waitFor()
    await page.getByLabel('Id begins with').fill('b')
    await untilSaid(page, '2 rows.')
    await page.getByLabel('Channel').selectOption('EMAIL')
    await untilSaid(page, 'No endpoint is like that.')
    await control('POST', '/v1/templates/welcome/sms', { Body: 'Hello' })
    await page.goto(`${home}templates`)
    await page.getByRole('link', { name: 'welcome' }).waitFor()
    await page.getByLabel('Kind').selectOption('SMS')
    await untilSaid(page, '1 row.')
    t.strictSame(trouble, [])
  })

  t.test('names of buttons and links say what they copy or lead to', async t => {
    const { page, trouble } = await openPage(t, browser, url)
    await control('PUT', '/_pinpoint/clock', { mode: 'frozen', now: '2027-03-09T09:00:00Z' })
    await page.goto(`${home}state`)
    await page.getByRole('button', { name: /^Copy: curl -o state\.db http/ }).waitFor()
    await page.getByRole('button', { name: /^Copy: curl -X POST http/ }).waitFor()
    t.equal(await page.getByRole('button', { name: /^Copy: / }).count(), 4)
    t.equal(await page.getByRole('button', { name: 'Copy', exact: true }).count(), 0)
    await page.goto(`${home}apps/${app}/channels`)
    await page.locator('.above').getByRole('link', { name: 'shop' }).waitFor()
    await page.locator('header').getByText('frozen').waitFor()
    t.ok((await namesOf(page, 'link')).includes('shop'), 'without the slash before it')
    t.match(
      (await namesOf(page, 'StaticText')).find(text => text.endsWith('frozen')),
      /^9 Mar 2027, .* frozen$/,
      'one text, not two without a space',
    )
    await page.goto(`${home}outbox`)
    await page.getByRole('button', { name: /^Copy: aws pinpoint update-sms-channel / }).waitFor()
    t.strictSame(trouble, [])
  })
})
