import { createWriteStream, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import {
  CreateAppCommand,
  CreateEmailTemplateCommand,
  CreateJourneyCommand,
  CreateSegmentCommand,
  type EndpointBatchItem,
  type MessageRequest,
  PinpointClient,
  SendMessagesCommand,
  UpdateEmailChannelCommand,
  UpdateEndpointsBatchCommand,
  UpdateSmsChannelCommand,
} from '@aws-sdk/client-pinpoint'
import type { Locator, Page } from 'playwright-core'
import { startPinpoint } from '../../server/index.ts'
import { startBrowser } from '../support/chromium.ts'

/*
 * Takes the pictures of the console that README.md and docs/console.md show:
 *
 *     npm run screenshots
 *
 * It starts an emulator, imports a file through the console as a person would, sends e-mails, runs a journey
 * on a frozen clock, and writes docs/images/*.png, each in the light and the dark colours. The numbers in the
 * pictures of an import depend on how fast the machine is; the rest is the same each time, but for ids.
 */

const folder = fileURLToPath(new URL('../../docs/images/', import.meta.url))
const temporary = mkdtempSync(join(tmpdir(), 'pinpoint-screenshots-'))
const schemes = ['light', 'dark'] as const
const viewport = { width: 1200, height: 900 }
/** The part of the window that is beside the navigation and below the bar. */
const beside = { x: 201, y: 49, width: 999 }
/** The time on the clock of the emulator once the import is over. */
const monday = '2027-03-01T09:00:00Z'
const names = ['Ada', 'Ben', 'Cara', 'Dan', 'Eva', 'Finn', 'Grace']

const shippedHtml = `<body style="margin: 0; background: #eef1f5; font-family: sans-serif">
  <div style="max-width: 480px; margin: 24px auto; background: white; border-radius: 8px; padding: 32px">
    <h1 style="font-size: 22px; margin: 0 0 16px">It is on its way, {{User.UserAttributes.FirstName}}</h1>
    <p>Your order <b>4711</b> left our warehouse today.</p>
    <p><a href="https://shop.example.com/4711" style="display: inline-block; background: #1b6a58; color: white;
      padding: 12px 24px; border-radius: 4px; text-decoration: none">Track your parcel</a></p>
    <p style="color: #666; font-size: 13px">The shop, 1 High Street, Leeds</p>
  </div></body>`

await using pinpoint = await startPinpoint({ pieceBytes: 100_000 })
const client = new PinpointClient(pinpoint.clientConfig)
const browser = await startBrowser()
try {
  mkdirSync(folder, { recursive: true })
  await takeImport()
  const app = await createShop()
  await takeOutbox(app)
  await takeJourney(app)
} finally {
  await browser.close()
  rmSync(temporary, { recursive: true })
}

/** The first import: while it runs, and the lines that failed. */
async function takeImport(): Promise<void> {
  const file = join(temporary, 'customers.csv')
  await writeCustomers(file, 600_000)
  const page = await open('')
  await page.getByLabel('Files to import').first().setInputFiles(file)
  await page.getByRole('button', { name: /^Import 1 file/ }).click()
  await page.waitForURL(/import-jobs/)
  const [, app, job] = /apps\/(\w+)\/import-jobs\/(\w+)/.exec(page.url())!
  await page.getByText(/^[789]\d % · /).waitFor({ timeout: 300_000 })
  await take(page, 'import', { ...beside, height: 590 })
  await pinpoint.waitForImportJob(app!, job!, { timeoutMs: 300_000 })
  await page.getByText('COMPLETED').first().waitFor()
  await scrollTo(page.getByRole('heading', { name: /records failed/ }))
  await take(page, 'failures', { ...beside, height: 463 })
  await page.context().close()
}

/** A file of customers, of which a few have no address, or one of an unknown channel. */
async function writeCustomers(path: string, rows: number): Promise<void> {
  const cities = ['GB,London', 'FR,Lyon', 'DE,Berlin', 'US,Austin', 'JP,Osaka']
  function* lines() {
    yield 'Id,ChannelType,Address,User.UserId,User.UserAttributes.FirstName,Attributes.Plan,Location.Country,Location.City\n'
    for (let row = 1; row <= rows; row++) {
      const channel = row === 64_711 ? 'FAX' : 'EMAIL'
      const address =
        row % 60_011 === 1203 ? '' : `${names[row % names.length]!.toLowerCase()}${row}@example.com`
      const plan = row % 3 === 0 ? 'pro' : 'free'
      yield `c${row},${channel},${address},u${row},${names[row % names.length]},${plan},${cities[row % cities.length]}\n`
    }
  }
  await pipeline(lines(), createWriteStream(path))
}

/** An application with 240 customers, on a clock that stands still. @returns its id */
async function createShop(): Promise<string> {
  await pinpoint.clock.set({ mode: 'frozen', now: monday })
  const { ApplicationResponse } = await client.send(
    new CreateAppCommand({ CreateApplicationRequest: { Name: 'shop' } }),
  )
  const ApplicationId = ApplicationResponse!.Id!
  const EmailChannelRequest = {
    FromAddress: 'shop@example.com',
    Identity: 'arn:aws:ses:us-east-1:123456789012:identity/example.com',
  }
  await client.send(new UpdateEmailChannelCommand({ ApplicationId, EmailChannelRequest }))
  await client.send(new UpdateSmsChannelCommand({ ApplicationId, SMSChannelRequest: {} }))
  const Item = Array.from({ length: 240 }, (_, index): EndpointBatchItem => {
    const name = names[index % names.length]!
    return {
      Id: `e${index}`,
      ChannelType: 'EMAIL',
      Address: `${name.toLowerCase()}${index}@example.com`,
      Attributes: { Plan: [index % 3 === 0 ? 'pro' : 'free'] },
      User: { UserId: `u${index}`, UserAttributes: { FirstName: [name] } },
    }
  })
  for (const from of [0, 100, 200]) {
    const EndpointBatchRequest = { Item: Item.slice(from, from + 100) }
    await client.send(new UpdateEndpointsBatchCommand({ ApplicationId, EndpointBatchRequest }))
  }
  return ApplicationId
}

/** The outbox, and an e-mail in it. */
async function takeOutbox(ApplicationId: string): Promise<void> {
  const send = async (MessageRequest: MessageRequest) => {
    await client.send(new SendMessagesCommand({ ApplicationId, MessageRequest }))
    await pinpoint.clock.advance({ by: 'PT40S' })
  }
  await send({
    Addresses: { '+12065550142': { ChannelType: 'SMS' } },
    MessageConfiguration: { SMSMessage: { Body: 'Your code is 493 027. It expires in 10 minutes.' } },
  })
  await send({
    Endpoints: { nobody: {} },
    MessageConfiguration: { SMSMessage: { Body: 'Your parcel is on its way.' } },
  })
  await send({
    Endpoints: { e0: {} },
    MessageConfiguration: {
      EmailMessage: {
        SimpleEmail: {
          Subject: { Data: 'Your order 4711 has shipped' },
          HtmlPart: { Data: shippedHtml },
          TextPart: { Data: 'Good news, {{User.UserAttributes.FirstName}}: order 4711 has shipped.' },
        },
      },
    },
  })
  const [message] = await pinpoint.messages({ channel: 'EMAIL' })
  const page = await open(`outbox/${message!.id}`)
  await page.frameLocator('iframe').getByText('on its way').waitFor()
  await take(page, 'outbox', { x: 0, y: 0, width: viewport.width, height: 600 })
  await page.context().close()
}

/** A journey of which two days have passed. */
async function takeJourney(ApplicationId: string): Promise<void> {
  for (const [TemplateName, Subject] of [
    ['welcome', 'Welcome, {{User.UserAttributes.FirstName}}'],
    ['tips', 'Five tips'],
    ['reminder', 'You have not seen this yet'],
    ['offer', 'Ten per cent off'],
  ]) {
    const EmailTemplateRequest = { Subject, HtmlPart: '<p>Hello</p>' }
    await client.send(new CreateEmailTemplateCommand({ TemplateName, EmailTemplateRequest }))
  }
  const { SegmentResponse } = await client.send(
    new CreateSegmentCommand({
      ApplicationId,
      WriteSegmentRequest: { Name: 'everybody', Dimensions: { Demographic: {} } },
    }),
  )
  const { JourneyResponse } = await client.send(
    new CreateJourneyCommand({
      ApplicationId,
      WriteJourneyRequest: {
        Name: 'welcome_series',
        State: 'ACTIVE',
        StartCondition: { SegmentStartCondition: { SegmentId: SegmentResponse!.Id } },
        StartActivity: 'welcome',
        Activities: {
          welcome: { EMAIL: { TemplateName: 'welcome', NextActivity: 'opened' } },
          opened: {
            ConditionalSplit: {
              Condition: {
                Conditions: [
                  {
                    EventCondition: {
                      MessageActivity: 'welcome',
                      Dimensions: { EventType: { DimensionType: 'INCLUSIVE', Values: ['_email.open'] } },
                    },
                  },
                ],
              },
              EvaluationWaitTime: { WaitFor: 'P1D' },
              TrueActivity: 'tips',
              FalseActivity: 'reminder',
            },
          },
          tips: { EMAIL: { TemplateName: 'tips', NextActivity: 'week' } },
          week: { Wait: { WaitTime: { WaitFor: 'P7D' }, NextActivity: 'offer' } },
          offer: { EMAIL: { TemplateName: 'offer' } },
          reminder: { EMAIL: { TemplateName: 'reminder' } },
        },
      },
    }),
  )
  await pinpoint.clock.advance({ by: 'PT1H' })
  const sent = await pinpoint.messages({ journey: JourneyResponse!.Id! })
  for (const { id } of sent.filter((_, index) => index % 5 < 3)) {
    const body = JSON.stringify({ eventType: '_email.open' })
    await fetch(`${pinpoint.url}/_pinpoint/messages/${id}/events`, { method: 'POST', body })
  }
  await pinpoint.clock.advance({ by: 'P2D' })
  const page = await open(`apps/${ApplicationId}/journeys/${JourneyResponse!.Id}`)
  await scrollTo(page.getByRole('heading', { name: 'Activities' }))
  await take(page, 'journey', { ...beside, height: 800 })
  await page.context().close()
}

/** Opens a page of the console in a browser profile of its own. */
async function open(path: string): Promise<Page> {
  const context = await browser.newContext({ viewport, locale: 'en-GB', timezoneId: 'UTC' })
  const page = await context.newPage()
  await page.goto(`${pinpoint.url}/_pinpoint/console/${path}`)
  await page.getByRole('heading', { level: 1 }).waitFor()
  return page
}

/** Scrolls until a heading is at the top, below the bar of the console. */
async function scrollTo(heading: Locator): Promise<void> {
  const { y } = (await heading.boundingBox())!
  await heading.page().mouse.wheel(0, y - 64)
}

/** A rectangle of the window, in CSS pixels. */
type Clip = { x: number; y: number; width: number; height: number }

/** Writes a part of what a page shows to docs/images, in both colour schemes. */
async function take(page: Page, name: string, clip: Clip): Promise<void> {
  for (const colorScheme of schemes) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const path = join(folder, `${name}-${colorScheme}.png`)
    await page.screenshot({ path, clip, animations: 'disabled' })
  }
}
