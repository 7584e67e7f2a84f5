import t from 'tap'
import { launchBrowser, needsBrowser, openPage } from '../support/browser.ts'
import { controlOf } from '../support/control.ts'
import { startEmulator } from '../support/helpers.ts'

t.test('what is typed as a fault rule is taken, or refused, as it was typed', needsBrowser, async t => {
  const { url } = await startEmulator(t)
  const { page, trouble, expectTrouble } = await openPage(t, await launchBrowser(t), url)
  await page.goto(`${url}/_pinpoint/console/faults?new=call`)
  const form = page.getByRole('region', { name: 'New rule' })
  const alert = form.getByRole('alert')
  for (const [label, text] of [
    ['Wait before, ms', 'abc'],
    ['Wait before, ms', 'Infinity'],
    ['How many times', '1,5'],
  ] as const) {
    await form.getByLabel('Exception').selectOption('TooManyRequestsException')
    await form.getByLabel(label).fill(text)
    await form.getByRole('button', { name: 'Add the rule' }).click()
    await alert.getByText(`"${text}"`).waitFor()
    expectTrouble(/^400: POST .*\/faults$/)
    await form.getByLabel(label).fill('')
  }
  t.equal(await alert.count(), 1)
  await form.getByRole('link', { name: 'Jobs' }).click()
  await form.getByLabel('Fails in').waitFor()
  t.equal(await alert.count(), 0, 'an error is that of one form')
  await form.getByRole('link', { name: 'Calls' }).click()
  await form.getByLabel('Wait before, ms').fill(' ')
  await form.getByLabel('How many times').fill(' 3 ')
  await form.getByRole('button', { name: 'Add the rule' }).click()
  await page.getByRole('row', { name: /TooManyRequestsException .*3 of 3/ }).waitFor()
  const { items } = (await controlOf(url)('GET', '/_pinpoint/faults')).body
  t.strictSame(
    items.map(({ id, ...rule }: { id: string }) => rule),
    [{ error: 'TooManyRequestsException', times: 3, timesLeft: 3 }],
  )
  t.strictSame(trouble, [])
})
