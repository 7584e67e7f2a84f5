import t from 'tap'
import { launchBrowser, needsBrowser, openPage } from '../support/browser.ts'
import { prepareCampaigns } from '../support/campaigns.ts'
import { controlOf } from '../support/control.ts'
import { startEmulator } from '../support/helpers.ts'

t.test('a run that has failed says so at every width', needsBrowser, async t => {
  const { url } = await startEmulator(t)
  const control = controlOf(url)
  await control('PUT', '/_pinpoint/clock', { mode: 'frozen', now: '2027-03-01T09:00:00Z' })
  const { app, endpoints, create, advance, activities } = await prepareCampaigns(control)
  await endpoints({ Id: 'e1' })
  const Schedule = { StartTime: '2027-03-01T10:00:00Z', Frequency: 'HOURLY', EndTime: '2027-03-01T12:30:00Z' }
  const id = await create({ Schedule, Limits: { Total: 1 } })
  await advance({ to: '2027-03-01T11:00:00Z' })
  t.match(await activities(id), [{ State: 'COMPLETED', Result: 'FAIL' }, { Result: 'SUCCESS' }])
  const { page, trouble } = await openPage(t, await launchBrowser(t), url)
  await page.goto(`${url}/_pinpoint/console/apps/${app}/campaigns/${id}`)
  const runs = page.getByRole('group', { name: 'Runs of the campaign' })
  for (const width of [1280, 1024, 375]) {
    await page.setViewportSize({ width, height: 800 })
    await runs.getByRole('row', { name: 'COMPLETED FAIL' }).waitFor()
    const isCut = await runs.evaluate(frame => frame.scrollWidth > frame.clientWidth)
    t.equal(isCut, width < 1024, `${width} px`)
  }
  await runs.getByRole('row', { name: 'COMPLETED FAIL' }).getByRole('link').click()
  await page.getByText(/^Ended \d/).waitFor()
  t.strictSame(trouble, [])
})
