import { readFileSync } from 'node:fs'
import { UpdateEndpointCommand } from '@aws-sdk/client-pinpoint'
import t from 'tap'
import { launchBrowser, needsBrowser, openPage } from '../support/browser.ts'
import { controlOf } from '../support/control.ts'
import { createApp, createImportJob, startEmulator } from '../support/helpers.ts'

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
  // Pages of one application instead of a thousand.
  await page.route(/\/apps\?page-size=1000/, route =>
    route.continue({ url: route.request().url().replace('page-size=1000', 'page-size=1') }),
  )
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

t.test('the first page has applications page by page, and what runs or has failed', needsBrowser, async t => {
  const { url, client } = await startEmulator(t)
  const control = controlOf(url)
  for (const name of ['one', 'two', 'three']) await createApp(client, name)
  await control('PUT', '/_pinpoint/job-control', { mode: 'manual' })
  const app = await createApp(client, 'four')
  await createImportJob(client, app, { S3Url: 's3://none/users.csv' })
  await control('GET', '/v1/apps/none')
  const { page, trouble } = await openPage(t, await launchBrowser(t), url)
  // Pages of three applications instead of fifty.
  await page.route(/\/apps\?page-size=50(&|$)/, route =>
    route.continue({ url: route.request().url().replace('page-size=50', 'page-size=3') }),
  )
  await page.goto(`${url}/_pinpoint/console/`)
  const main = page.locator('main')
  await main.getByRole('link', { name: 'two' }).waitFor()
  const running = page.getByRole('region', { name: 'Running jobs' })
  await running.getByRole('row', { name: /users\.csv .* CREATED/ }).waitFor()
  const failed = page.getByRole('region', { name: 'Failed calls' })
  await failed.getByRole('row', { name: /^GetApp GET \/v1\/apps\/none 404/ }).waitFor()
  t.equal(await failed.getByRole('row').count(), 2, 'the head, and the one call that has failed')
  await main.getByRole('link', { name: 'Next page' }).click()
  await main.getByRole('link', { name: 'one' }).waitFor()
  t.equal(await main.getByRole('link', { name: 'two' }).count(), 0)

  await page.getByRole('button', { name: 'Live', exact: true }).waitFor()
  await control('PUT', '/_pinpoint/job-control', { mode: 'immediate' })
  await running.getByText('None now').waitFor()
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
