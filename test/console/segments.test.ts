import t from 'tap'
import { launchBrowser, needsBrowser, openPage } from '../support/browser.ts'
import { controlOf } from '../support/control.ts'
import { createApp, startEmulator } from '../support/helpers.ts'
import { putEndpoint } from '../support/reads.ts'

t.test('a page says why an endpoint is in a segment of groups', needsBrowser, async t => {
  const { url, client } = await startEmulator(t)
  const app = await createApp(client, 'shop')
  await putEndpoint(client, app, 'ann', { Attributes: { Plan: ['pro'], Shop: ['shop-33'] } })
  const segment = async (body: object): Promise<string> =>
    (await controlOf(url)('POST', `/v1/apps/${app}/segments`, body)).body.Id
  const attribute = (name: string, ...Values: string[]) => ({
    Attributes: { [name]: { AttributeType: 'INCLUSIVE', Values } },
  })
  const country = { Location: { Country: { DimensionType: 'INCLUSIVE', Values: ['FR'] } } }
  const everyone = await segment({ Name: 'everyone' })
  const shops = Array.from({ length: 50 }, (_, index) => `shop-${index}`)
  const id = await segment({
    Name: 'grouped',
    SegmentGroups: {
      Include: 'ALL',
      Groups: [
        {
          SourceType: 'ALL',
          SourceSegments: [{ Id: everyone }],
          Type: 'ANY',
          Dimensions: [{ ...attribute('Plan', 'pro'), ...country }, attribute('Shop', ...shops)],
        },
        { Type: 'NONE', Dimensions: [country] },
      ],
    },
  })
  const { page, trouble } = await openPage(t, await launchBrowser(t), url)
  await page.goto(`${url}/_pinpoint/console/apps/${app}/segments/${id}?endpoint=ann`)
  const why = page.getByRole('region', { name: 'Is this endpoint in it, and why?' })
  await why.getByText('ann is in the segment.').waitFor()
  await why.getByText('In it are those that fit all of these groups:').waitFor()
  const [first, second] = [why.locator('.group').first(), why.locator('.group').last()]
  await first.getByRole('heading', { name: 'Group 1 met' }).waitFor()
  await first.getByText('In all of these segments:').waitFor()
  await first.getByRole('link', { name: 'everyone' }).waitFor()
  await first.getByText('Meets any of these:').waitFor()
  await first.getByRole('row', { name: 'All of: Plan is “pro” yes Country is “FR” no no' }).waitFor()
  const some = 'Shop is “shop-0”, “shop-1”, “shop-2”, “shop-3”, “shop-4” or one of 45 others'
  await first.getByText(some).click()
  await first.locator('details[open]').getByText('“shop-33”').waitFor()
  await second.getByRole('heading', { name: 'Group 2 met' }).waitFor()
  await second.getByText('Meets none of these:').waitFor()
  await second.getByRole('row', { name: 'Country is “FR” no' }).waitFor()
  const who = page.getByRole('region', { name: 'Who it means' })
  await who.getByText('Plan is “pro”, and Country is “FR”').waitFor()
  await who.getByText(some).click()
  await who.locator('details[open]').getByText('“shop-33”').waitFor()
  t.strictSame(trouble, [])
})

t.test('each value of a condition that has many can be read', needsBrowser, async t => {
  const { url, client } = await startEmulator(t)
  const app = await createApp(client, 'shop')
  const Values = Array.from({ length: 50 }, (_, index) => `shop-${index}`)
  const { body } = await controlOf(url)('POST', `/v1/apps/${app}/segments`, {
    Name: 'elsewhere',
    SegmentGroups: {
      Groups: [
        {
          Dimensions: [
            {
              Attributes: { Shop: { AttributeType: 'EXCLUSIVE', Values } },
              Location: { Country: { DimensionType: 'INCLUSIVE', Values: ['FR'] } },
            },
          ],
        },
      ],
    },
  })
  const { page, trouble } = await openPage(t, await launchBrowser(t), url)
  await page.goto(`${url}/_pinpoint/console/apps/${app}/segments/${body.Id}`)
  const all = page
    .getByRole('region', { name: 'Who it means' })
    .getByRole('listitem')
    .filter({ hasText: 'All of:' })
  await all.last().getByRole('listitem').filter({ hasText: 'Country is “FR”' }).waitFor()
  const some = 'Shop is none of “shop-0”, “shop-1”, “shop-2”, “shop-3”, “shop-4” and 45 others'
  await all.last().getByText(some).click()
  await all.last().locator('details[open]').getByText('“shop-49”').waitFor()
  const marks = await all
    .last()
    .evaluate(item =>
      [...item.querySelectorAll('li')].map(
        li => li.ownerDocument.defaultView!.getComputedStyle(li).listStyleType,
      ),
    )
  t.strictSame(marks.sort(), ['disc', 'none'], 'what unfolds has its triangle alone')
  await page.getByRole('navigation', { name: 'Pages above' }).getByRole('link', { name: 'Segments' }).click()
  await page.getByRole('row', { name: 'elsewhere DIMENSIONAL 1 group' }).waitFor()
  t.equal(await page.getByText('1 groups').count(), 0)
  t.strictSame(trouble, [])
})

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
