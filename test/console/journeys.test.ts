import t from 'tap'
import { launchBrowser, needsBrowser, openPage } from '../support/browser.ts'
import { controlOf, okOf } from '../support/control.ts'
import { createAppBy, startEmulator, until } from '../support/helpers.ts'

t.test('journeys in the console', needsBrowser, async t => {
  const { url } = await startEmulator(t, {})
  const control = controlOf(url)
  const call = okOf(control)
  await call('PUT', '/_pinpoint/clock', { mode: 'frozen', now: '2027-03-01T09:00:00Z' })
  const path = `/v1/apps/${(await createAppBy(control)).Id}`
  await call('PUT', `${path}/channels/email`, {
    Enabled: true,
    FromAddress: 'shop@example.com',
    Identity: 'arn:aws:ses:us-east-1:123456789012:identity/example.com',
  })
  await call('POST', '/v1/templates/mail/email', { Subject: 'Hello', TextPart: 'Hello' })
  for (const [id, plan] of [
    ['ann', 'pro'],
    ['bob', 'free'],
    ['eva', 'free'],
  ]) {
    await call('PUT', `${path}/endpoints/${id}`, {
      ChannelType: 'EMAIL',
      Address: `${id}@example.com`,
      Attributes: { plan: [plan] },
    })
  }
  const { Id: segment } = await call('POST', `${path}/segments`, { Name: 'everybody' })
  const journey = (name: string, more: object = {}) =>
    call('POST', `${path}/journeys`, {
      Name: name,
      StartCondition: { SegmentStartCondition: { SegmentId: segment } },
      StartActivity: 'hello',
      Activities: {
        hello: { EMAIL: { TemplateName: 'mail', NextActivity: 'wait' } },
        wait: { Wait: { WaitTime: { WaitFor: 'P1D' }, NextActivity: 'split' } },
        split: {
          ConditionalSplit: {
            Condition: {
              Conditions: [{ segmentDimensions: { Attributes: { plan: { Values: ['pro'] } } } }],
            },
            TrueActivity: 'thanks',
          },
        },
        thanks: { EMAIL: { TemplateName: 'mail' } },
      },
      ...more,
    })
  const browser = await launchBrowser(t)
  const pageOf = (id: string) => `${url}/_pinpoint/console${path.slice(3)}/journeys/${id}`

  t.test('counts on the ways change while the clock is stepped, without a reload', async t => {
    const { Id: id } = await journey('welcome')
    const { page, trouble } = await openPage(t, browser, url)
    await page.goto(`${url}/_pinpoint/console${path.slice(3)}/journeys`)
    await page.getByRole('link', { name: 'welcome' }).click()
    const ways = page.getByRole('list', { name: 'Ways from activity to activity' })
    /** Waits until the ways say this, from top to bottom. */
    const say = (...labels: string[]) =>
      // Attached: the list itself has no height, as its items are placed on the drawing.
      ways.filter({ hasText: new RegExp(`^${labels.join('')}$`) }).waitFor({ state: 'attached' })
    const sayCounts = (...[start, hello, wait, yes, no, thanks]: string[]) =>
      say(
        `Start to hello: ${start}`,
        `hello to wait: ${hello}`,
        `wait to split: ${wait}`,
        `split to thanks: ${yes}`,
        `split to the end: ${no}`,
        `thanks to the end: ${thanks}`,
      )
    await say('split to thanks: yes', 'split to the end: no')

    await page.evaluate('window.isTheSame = true')
    await page.getByRole('button', { name: 'Publish' }).click()
    await page.getByText('3 here').waitFor()
    await sayCounts('3', '3', '0', 'yes · 0', 'no · 0', '0')
    await page.getByText('CLOSED', { exact: true }).waitFor()

    await page.getByRole('button', { name: 'Step to what is due next' }).click()
    await sayCounts('3', '3', '3', 'yes · 1', 'no · 2', '1')
    await page.getByText('COMPLETED', { exact: true }).first().waitFor()
    t.equal(await page.evaluate('window.isTheSame'), true)

    await page.getByRole('link', { name: /^If plan is “pro”/ }).click()
    t.equal(new URL(page.url()).searchParams.get('activity'), 'split')
    const panel = page.getByRole('region', { name: 'Activity split' })
    t.match(await panel.getByRole('row', { name: /Branch_FALSE/ }).textContent(), /2$/)

    await page.getByRole('link', { name: 'List' }).click()
    t.match(
      await page.getByRole('list').filter({ hasText: 'no · 2' }).first().textContent(),
      /the journey ends/,
    )

    await page.getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('heading', { name: 'Journeys', level: 1 }).waitFor()
    t.equal((await control('GET', `${path}/journeys/${id}`)).status, 404)
    t.strictSame(
      trouble.filter(line => !line.startsWith('404: ') || !line.includes(`/journeys/${id}`)),
      [],
      'but for what the clock has changed, which may be read again when the journey is gone',
    )
  })

  t.test('after a restore, a journey is as the snapshot has it', async t => {
    const { Id: id } = await journey('kept')
    const snapshot = await (await fetch(`${url}/_pinpoint/snapshot`)).arrayBuffer()
    const { page, trouble } = await openPage(t, browser, url)
    await page.goto(pageOf(id))
    await page.getByRole('button', { name: 'Live', exact: true }).waitFor()
    await page.getByRole('button', { name: 'Publish' }).click()
    await page.getByText('CLOSED', { exact: true }).waitFor()
    await fetch(`${url}/_pinpoint/snapshot`, { method: 'PUT', body: snapshot })
    await page.getByRole('button', { name: 'Publish' }).waitFor()
    t.equal(await page.getByRole('button', { name: 'Cancel journey' }).count(), 0)
    t.strictSame(trouble, [])
  })

  t.test('a list of journeys announces new ones on any of its pages, and deleted ones go', async t => {
    const ids: string[] = []
    for (let n = 0; n <= 50; n++) ids.push((await journey(`draft-${n}`)).Id)
    const publish = (id: string) => call('PUT', `${path}/journeys/${id}/state`, { State: 'ACTIVE' })
    const { page, trouble } = await openPage(t, browser, url)
    const link = (name: string) => page.getByRole('link', { name, exact: true })
    await page.goto(`${url}/_pinpoint/console${path.slice(3)}/journeys`)
    await page.getByRole('button', { name: 'Live', exact: true }).waitFor()
    await link('Next page').click()
    await link('draft-0').waitFor()
    await publish(ids[50]!)
    await publish(ids[0]!)
    await page.getByRole('row', { name: /^draft-0 CLOSED/ }).waitFor()
    t.equal(
      await page.getByRole('button', { name: /^Show/ }).count(),
      0,
      'what is on another page is not new',
    )

    await journey('another')
    await page.getByRole('button', { name: 'Show 1 new journey', exact: true }).click()
    await link('another').waitFor()
    await call('DELETE', `${path}/journeys/${ids[49]}`)
    await link('draft-49').waitFor({ state: 'detached' })
    t.strictSame(trouble, [])
  })

  t.test('times of calls are those of the machine, whatever the clock says', async t => {
    await call('GET', `${path}/segments/${segment}`)
    const { page, trouble } = await openPage(t, browser, url)
    await page.goto(`${url}/_pinpoint/console/requests?operation=GetSegment`)
    await page.getByRole('row', { name: /^GetSegment .* (now|s ago|min ago)$/ }).waitFor()
    await page.getByRole('link', { name: 'GetSegment' }).click()
    await page
      .locator('main')
      .getByText(/^\d\d:\d\d:\d\d$/)
      .waitFor()
    t.strictSame(trouble, [])
  })

  t.test('a page says which part of it could not be read', async t => {
    const { Id: id } = await journey('told', { State: 'ACTIVE' })
    const { page, trouble, expectTrouble } = await openPage(t, browser, url)
    await page.route(/\/(execution-metrics|clock|versions|segments\?page-size=100)$/, route =>
      route.fulfill({ status: 500, json: { Message: 'The disk is full' } }),
    )
    const isSaidOf = (call: RegExp) =>
      page.getByRole('alert').filter({ hasText: 'The disk is full' }).filter({ hasText: call }).waitFor()
    const home = `${url}/_pinpoint/console${path.slice(3)}`
    await page.goto(`${home}/journeys`)
    await isSaidOf(/execution-metrics/)
    await page.goto(pageOf(id))
    await isSaidOf(/clock/)
    await page.goto(`${home}/segments/${segment}`)
    await isSaidOf(/versions/)
    await page.goto(`${home}/jobs`)
    await page.getByRole('button', { name: 'Export' }).click()
    await isSaidOf(/segments/)
    expectTrouble(/^500: /)
    t.strictSame(trouble, [])
  })

  t.test('why a draft cannot be published is shown whole', async t => {
    const { Id: id } = await journey('broken', { StartActivity: 'gone' })
    const { page, trouble, expectTrouble } = await openPage(t, browser, url)
    await page.goto(pageOf(id))
    await page.getByText('There is no such activity').waitFor()
    await page.getByRole('button', { name: 'Publish' }).click()
    t.match(
      await page.getByRole('alert').textContent(),
      'Journey validation failed, StartActivity names an activity that is not there: gone',
    )
    expectTrouble(/^400: PUT .*\/state$/)
    t.strictSame(trouble, [])
  })

  t.test('a way from an activity to itself is drawn beside it', async t => {
    const { Id: id } = await journey('looped', {
      StartActivity: 'again',
      Activities: { again: { Wait: { WaitTime: { WaitFor: 'PT1H' }, NextActivity: 'again' } } },
    })
    const { page, trouble } = await openPage(t, browser, url)
    await page.goto(pageOf(id))
    await page.locator('.drawing .node').waitFor()
    const [node, drawing, ...paths] = await page.evaluate<{ left: number; right: number }[]>(
      `[document.querySelector('.drawing .node'), document.querySelector('.drawing'),
        ...document.querySelector('.drawing g:last-child').children].map(each => each.getBoundingClientRect())
        .map(({ left, right }) => ({ left, right }))`,
    )
    t.equal(paths.length, 2, 'a line and its head')
    for (const { left, right } of paths) {
      t.ok(left >= node!.right - 2, 'it is beside the activity')
      t.ok(right <= drawing!.right, 'it is not cut off')
    }
    t.strictSame(trouble, [])
  })

  t.test('where there is no room for a drawing, it is a list', async t => {
    const { Id: id } = await journey('narrow', { State: 'ACTIVE' })
    const { page, trouble } = await openPage(t, browser, url, { viewport: { width: 320, height: 640 } })
    await page.goto(pageOf(id))
    await page.getByText('Start: 3 entered').waitFor()
    await page.getByRole('link', { name: 'Wait for 1 day' }).click()
    await page.getByRole('region', { name: 'Activity wait' }).getByText('WAIT_STARTED').waitFor()
    t.equal(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true)
    t.strictSame(trouble, [])
  })

  t.test('an activity that is chosen by keyboard is told, beside it, at any width', async t => {
    const keys = Array.from({ length: 20 }, (_, index) => `wait-${index}`)
    const { Id: id } = await journey('long', {
      StartActivity: keys[0],
      Activities: Object.fromEntries(
        keys.map((key, index) => [
          key,
          { Wait: { WaitTime: { WaitFor: 'PT1H' }, NextActivity: keys[index + 1] ?? '' } },
        ]),
      ),
    })
    const { page, trouble } = await openPage(t, browser, url, { reducedMotion: 'reduce' })
    /** What has the focus, and whether all of an element, below the bar, can be seen. */
    const focused = () =>
      page.evaluate<string>(`document.activeElement.ariaLabel ?? document.activeElement.dataset.activity`)
    const isSeen = (selector: string) =>
      page.evaluate<boolean>(`{
        const { left, right, top, bottom } = document.querySelector('${selector}').getBoundingClientRect()
        const seen = document.elementsFromPoint((left + right) / 2, bottom - 4)
        top >= 48 && bottom <= innerHeight + 1 && seen[0].closest('${selector}') !== null
      }`)
    for (const [width, view] of [
      ...([1280, 900, 375] as const).map(width => [width, 'drawing'] as const),
      [375, 'list'] as const,
    ]) {
      await page.setViewportSize({ width, height: 700 })
      await page.goto(`${pageOf(id)}?view=${view}`)
      const name = `${width} px, ${view}`
      await page.locator('[data-activity=wait-9]').focus()
      await page.keyboard.press('Enter')
      await page.getByRole('region', { name: 'Activity wait-9' }).waitFor()
      // The panel takes it once it is drawn.
      await until(async () => (await focused()) !== 'wait-9' || undefined, 'the focus on the panel')
      t.equal(await focused(), 'Activity wait-9', `${name}: the focus is on the panel`)
      t.ok(await isSeen('.panel'), `${name}: the panel can be seen`)
      t.ok(await isSeen('[data-activity=wait-9]'), `${name}: the activity, too`)

      await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
      await page.locator('.panel').waitFor({ state: 'detached' })
      // The activity takes it once the panel is gone.
      await until(async () => (await focused()) === 'wait-9' || undefined, `${name}: the focus to be back`)
    }
    t.strictSame(trouble, [])
  })

  t.test('a journey with one run says why endpoints did not enter', async t => {
    await call('PUT', `${path}/endpoints/zoe`, {
      ChannelType: 'EMAIL',
      Address: 'zoe@example.com',
      OptOut: 'ALL',
    })
    const { Id: id } = await journey('why-not', { State: 'ACTIVE' })
    const { page, trouble } = await openPage(t, browser, url)
    await page.goto(pageOf(id))
    await call('POST', '/_pinpoint/clock/advance', { by: 'PT1H' })
    await page.getByText('3 entered').waitFor()
    await page.getByText('ENDPOINT_OPT_OUT 1').waitFor()
    t.strictSame(trouble, [])
  })

  t.test('all runs of a journey can be seen, and the counts of each', async t => {
    const { Id: id } = await journey('hourly', {
      State: 'ACTIVE',
      RefreshFrequency: 'PT1H',
      StartActivity: 'thanks',
      Activities: { thanks: { EMAIL: { TemplateName: 'mail' } } },
    })
    await call('POST', '/_pinpoint/clock/advance', { by: 'PT60H' })
    const { Item: runs } = await call('GET', `${path}/journeys/${id}/runs?page-size=100`)
    t.equal(runs.length, 61)
    const { page, trouble } = await openPage(t, browser, url)
    await page.goto(pageOf(id))
    const ids = page.getByRole('region', { name: 'Runs', exact: true }).getByRole('rowheader')
    await ids.nth(49).waitFor()
    const counts = page.getByLabel('Counts of')
    t.equal(await counts.getByRole('option').count(), 1 + 50)
    await page.getByRole('link', { name: 'Next page' }).click()
    await page.getByRole('link', { name: 'First page' }).waitFor()
    await ids.nth(49).waitFor({ state: 'detached' })
    t.equal(await ids.count(), 11)
    t.equal(await page.evaluate('document.activeElement.textContent'), 'Runs')
    await counts.selectOption(runs.at(-1).RunId)
    await page.getByText('3 entered').waitFor()
    await page.getByRole('link', { name: 'First page' }).click()
    await ids.nth(49).waitFor()
    t.equal(await counts.inputValue(), runs.at(-1).RunId, 'what is chosen stays')
    t.strictSame(trouble, [])
  })
})
