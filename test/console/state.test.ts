import { readFileSync } from 'node:fs'
import { UpdateEndpointCommand } from '@aws-sdk/client-pinpoint'
import t from 'tap'
import { launchBrowser, needsBrowser, openPage } from '../support/browser.ts'
import { createApp, startEmulator } from '../support/helpers.ts'

t.test('the state in the console', needsBrowser, async t => {
  const { url, client } = await startEmulator(t, {})
  const browser = await launchBrowser(t)
  const { page, trouble, expectTrouble } = await openPage(t, browser, url)
  const names = async (): Promise<string[]> => {
    const { items } = (await (await fetch(`${url}/_pinpoint/apps`)).json()) as { items: { name: string }[] }
    return items.map(({ name }) => name).sort()
  }
  /** Waits until the page says so many applications. */
  const shown = (applications: number) =>
    page
      .locator('dl')
      .getByText(new RegExp(`^Applications${applications}$`))
      .waitFor()
  await createApp(client)
  await createApp(client)
  const two = await names()
  await page.goto(`${url}/_pinpoint/console/state`)
  await shown(2)

  const downloading = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Download a snapshot' }).click()
  const file = await (await downloading).path()
  t.equal(readFileSync(file).subarray(0, 15).toString(), 'SQLite format 3')

  await page.getByRole('button', { name: 'Reset', exact: true }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('This removes 2 applications').waitFor()
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  t.strictSame(await names(), two, 'nothing is done before it is confirmed')

  await page.getByRole('button', { name: 'Reset', exact: true }).click()
  await dialog.getByRole('button', { name: 'Reset' }).click()
  await shown(0)
  t.strictSame(await names(), [])
  await page.getByRole('button', { name: 'Undo the reset' }).click()
  await shown(2)
  t.strictSame(await names(), two)
  t.equal(await page.getByRole('button', { name: 'Undo the reset' }).count(), 0)

  await createApp(client)
  await shown(3)
  const choose = page.getByLabel('Snapshot to restore')
  await choose.setInputFiles(file)
  await dialog.getByText('This removes 3 applications').waitFor()
  await dialog.getByRole('button', { name: 'Restore' }).click()
  await shown(2)
  t.strictSame(await names(), two)
  await page.getByRole('button', { name: 'Undo the restore' }).click()
  await shown(3)

  await choose.setInputFiles({
    name: 'photo.db',
    mimeType: 'application/octet-stream',
    buffer: Buffer.from('not a database'),
  })
  await dialog.getByRole('button', { name: 'Restore' }).click()
  t.match(await dialog.getByRole('alert').textContent(), 'The snapshot is refused')
  expectTrouble(/^400: PUT .*\/snapshot$/)
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await shown(3)
  t.equal((await names()).length, 3, 'nothing has changed')

  await page.getByRole('button', { name: 'Reset to the seed' }).click()
  await dialog.getByRole('button', { name: 'Reset to the seed' }).click()
  t.match(await dialog.getByRole('alert').textContent(), /seed/)
  expectTrouble(/^400: POST .*\/reset/)
  t.equal((await names()).length, 3)
  t.strictSame(trouble, [])
})

t.test('a page shows nothing of a state that was replaced', needsBrowser, async t => {
  const { url, client } = await startEmulator(t)
  const app = await createApp(client)
  const EndpointRequest = { ChannelType: 'EMAIL', Address: 'ann@example.com' } as const
  await client.send(new UpdateEndpointCommand({ ApplicationId: app, EndpointId: 'ann', EndpointRequest }))
  const { page, trouble, expectTrouble } = await openPage(t, await launchBrowser(t), url)
  await page.goto(`${url}/_pinpoint/console/apps/${app}/endpoints/ann`)
  await page.getByText('Live', { exact: true }).waitFor()
  await page.getByText('ann@example.com', { exact: true }).waitFor()
  await fetch(`${url}/_pinpoint/reset`, { method: 'POST' })
  await page.getByText('Application not found').first().waitFor()
  t.equal(await page.getByText('ann@example.com').count(), 0)
  expectTrouble(/^404: GET /)
  t.strictSame(trouble, [])
})
