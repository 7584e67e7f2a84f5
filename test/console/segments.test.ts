import t from 'tap'
import { launchBrowser, needsBrowser, openPage } from '../support/browser.ts'
import { controlOf } from '../support/control.ts'
import { createApp, startEmulator } from '../support/helpers.ts'
import { putEndpoint } from '../support/reads.ts'

t.test('the next page of the members begins at their heading', needsBrowser, async t => {
  const { url, client } = await startEmulator(t)
  const app = await createApp(client, 'shop')
  const ids = Array.from({ length: 60 }, (_, index) => `endpoint-${index}`)
  await Promise.all(ids.map(id => putEndpoint(client, app, id, {})))
  const { body } = await controlOf(url)('POST', `/v1/apps/${app}/segments`, { Name: 'everyone' })
  const { page, trouble } = await openPage(t, await launchBrowser(t), url)
  await page.goto(`${url}/_pinpoint/console/apps/${app}/segments/${body.Id}`)
  await page.getByRole('link', { name: 'Next page' }).click()
  await page.getByRole('link', { name: 'First page' }).waitFor()
  t.equal(await page.evaluate('document.activeElement.textContent'), 'Members')
  t.strictSame(trouble, [])
})
