import { execFile } from 'node:child_process'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import {
  CreateAppCommand,
  CreateEmailTemplateCommand,
  DeleteEndpointCommand,
  GetCampaignDateRangeKpiCommand,
  GetEndpointCommand,
  ListTemplatesCommand,
  SendMessagesCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateApnsVoipSandboxChannelCommand,
  UpdateEmailTemplateCommand,
  UpdateEndpointCommand,
} from '@aws-sdk/client-pinpoint'
import t from 'tap'
import { awsCli, curl, sdkModule } from '../../console/parts/commands.ts'
import { lineForAws } from '../docs/session.ts'
import { launchBrowser, needsBrowser, openPage } from '../support/browser.ts'
import { makeFolder } from '../support/buckets.ts'
import { controlOf } from '../support/control.ts'
import { createAppBy, startEmulator } from '../support/helpers.ts'
import { matchEach } from '../support/items.ts'
import { isLong } from '../support/long.ts'

const { CI, PATH = '' } = process.env

const { url, client } = await startEmulator(t)
const control = controlOf(url)
const run = promisify(execFile)

/** A terminal of somebody who has configured nothing. */
const environment = { PATH, HOME: makeFolder(t), AWS_PAGER: '', AWS_EC2_METADATA_DISABLED: 'true' }

/** Runs lines as they are pasted into a terminal; what they print. Fails where one of them does. */
const shell = async (lines: string): Promise<string> =>
  (await run('/bin/sh', ['-ec', lines], { env: environment, cwd: environment.HOME, timeout: 120_000 })).stdout

const has = (program: string) => shell(`command -v ${program}`).then(Boolean, () => false)

/** Skips where there is no such program; in CI, where nobody would notice, the test fails instead. */
const needs = async (program: string) =>
  CI || (await has(program)) ? {} : { skip: `${program} is not installed` }

/** The latest call of Pinpoint's API. */
async function latest() {
  const { items } = (await control('GET', '/_pinpoint/requests?page-size=1')).body
  return detailsOf(items[0].requestId)
}

/** A call of Pinpoint's API, with its body. */
async function detailsOf(requestId: string) {
  const { path, ...details } = (await control('GET', `/_pinpoint/requests/${requestId}`)).body
  const { pathname, searchParams } = new URL(path, url)
  const { operation, method, status } = details
  const text: string | undefined = details.request.body
  return {
    call: { method, path, body: text },
    sent: {
      operation,
      method,
      status,
      path: pathname.replace(/\/$/, '').split('/').map(decodeURIComponent),
      query: [...searchParams].sort(),
      body: text && JSON.parse(text),
    },
  }
}

const { Id: ApplicationId, Arn: ResourceArn } = await createAppBy(control)
const hard = `it's "quoted" & $HOME \`id\` \\n ünï→😀 %41 {a} [b] ~ #!`

/** Calls whose lines must make them again, each with what a shell, curl or the AWS CLI may get wrong. */
const calls = [
  new CreateAppCommand({ CreateApplicationRequest: { Name: hard, tags: { "o'clock": '"' } } }),
  new UpdateEndpointCommand({
    ApplicationId,
    EndpointId: `e/${hard}`,
    EndpointRequest: {
      ChannelType: 'EMAIL',
      Address: 'a@example.com',
      Attributes: { [hard]: ['a\nb', '@x'] },
    },
  }),
  new GetEndpointCommand({ ApplicationId, EndpointId: `e/${hard}` }),
  new UpdateEndpointCommand({
    ApplicationId,
    EndpointId: '--dash',
    EndpointRequest: { ChannelType: 'SMS', Address: '+15555550100', OptOut: 'NONE', Metrics: { age: 1.5 } },
  }),
  new DeleteEndpointCommand({ ApplicationId, EndpointId: 'none' }),
  new TagResourceCommand({
    ResourceArn,
    TagsModel: { tags: { team: 'red', 'a b': '1', '[c': 'é', '-d': '' } },
  }),
  new UntagResourceCommand({ ResourceArn, TagKeys: ['-d', 'a b', '[c', 'x,y'] }),
  new CreateEmailTemplateCommand({
    TemplateName: 'hello',
    EmailTemplateRequest: { Subject: 'Hi {{User.UserId}}' },
  }),
  new UpdateEmailTemplateCommand({
    TemplateName: 'hello',
    CreateNewVersion: true,
    EmailTemplateRequest: { HtmlPart: "<p class='a'>" },
  }),
  new ListTemplatesCommand({ Prefix: "h'", TemplateType: 'EMAIL', PageSize: '5' }),
  new UpdateApnsVoipSandboxChannelCommand({
    ApplicationId,
    APNSVoipSandboxChannelRequest: { Certificate: '-----BEGIN', PrivateKey: 'k' },
  }),
  new SendMessagesCommand({
    ApplicationId,
    MessageRequest: {
      Addresses: { '+15555550100': { ChannelType: 'SMS', Substitutions: { name: [hard] } } },
      MessageConfiguration: { SMSMessage: { Body: '{{name}}, it’s\n"time"' } },
    },
  }),
  new GetCampaignDateRangeKpiCommand({
    ApplicationId,
    CampaignId: 'none',
    KpiName: 'unique-deliveries',
    StartTime: new Date('2027-03-01T00:00:00Z'),
    EndTime: new Date('2027-03-02T00:00:00Z'),
  }),
]

/** Each call as it was recorded; one that is refused must be refused again. */
const recorded: Awaited<ReturnType<typeof latest>>[] = []
for (const command of calls) {
  await client.send(command as unknown as CreateAppCommand).catch(() => {})
  recorded.push(await latest())
}

t.test('the line for curl makes the same call again', await needs('curl'), async t => {
  for (const { call, sent } of recorded) {
    const line = curl(call, url)
    await shell(line)
    t.strictSame((await latest()).sent, again(sent), line)
  }
})

t.test('the line for the AWS CLI makes the same call again', await needs('aws'), async t => {
  // Each takes a second: one of each operation will do, or one of each way in which values are passed.
  const ofOperations = [...new Map(recorded.map(each => [each.sent.operation, each])).values()]
  const ways = ['UpdateEndpoint', 'UntagResource', 'ListTemplates', 'SendMessages', 'GetCampaignDateRangeKpi']
  const some = isLong ? ofOperations : ofOperations.filter(({ sent }) => ways.includes(sent.operation))
  t.equal(some.length, isLong ? ofOperations.length : ways.length)
  for (const { call, sent } of some) {
    const line = awsCli(call, url)!
    const expected = again(sent)
    const error = await shell(line).then(
      () => undefined,
      ({ stderr }: { stderr: string }) => stderr,
    )
    t.strictSame((await latest()).sent, expected, `${line}\n${error}`)
    if (expected.status < 400) t.equal(error, undefined)
  }
})

t.test('the code for the AWS SDK for JavaScript makes the same call again', async t => {
  const wait = { Wait: { WaitTime: { WaitFor: 'PT1H' } } }
  const Schedule = { StartTime: '2027-03-01T00:00:00Z', EndTime: '2027-03-02T00:00:00Z' }
  await control('POST', `/v1/apps/${ApplicationId}/journeys`, {
    Name: 'dated',
    Schedule,
    StartActivity: 'wait',
    Activities: { wait },
  })
  const all = [...recorded, await latest()]
  // Below the packages of this project, where the modules find the SDK.
  const folder = t.testdir(
    Object.fromEntries(all.map(({ call }, index) => [`${index}.mjs`, sdkModule(call, url)!])),
  )
  // One process: the SDK takes long to load. A call that is refused throws.
  const main = `for (let index = 0; index < ${all.length}; index++)
    await import(${JSON.stringify(pathToFileURL(`${folder}/`).href)} + index + '.mjs').catch(() => {})`
  await run(process.execPath, ['--input-type=module', '--eval', main])
  const { items } = (await control('GET', `/_pinpoint/requests?page-size=${all.length}`)).body
  const made = await Promise.all(items.map(({ requestId }: { requestId: string }) => detailsOf(requestId)))
  t.strictSame(
    made.reverse().map(({ sent }) => sent),
    all.map(({ sent }) => again(sent)),
  )
})

/** What is expected when a call is made again: what it has created is there already. */
const again = <Sent extends { operation: string; status: number }>(sent: Sent): Sent =>
  sent.operation === 'CreateEmailTemplate' ? { ...sent, status: 400 } : sent

const needsBoth = { ...needsBrowser, ...(await needs('aws')) }

t.test('lines of the console run as they are copied', needsBoth, async t => {
  const { url } = await startEmulator(t)
  const control = controlOf(url)
  const { page, trouble } = await openPage(t, await launchBrowser(t), url)
  /** The texts on a page that can be copied. */
  const linesOf = async (path: string): Promise<string[]> => {
    await page.goto(`${url}/_pinpoint/console/${path}`)
    await page.locator('.code-line pre').first().waitFor()
    return page.locator('.code-line pre').allTextContents()
  }
  const paste = (lines: string) => shell(`${lineForAws()}\n${lines}`)
  const listOf = async (path: string) => (await control('GET', path)).body

  // Without an application, the lines create one.
  const withoutApp: string[] = []
  for (const path of ['', 'outbox', 'templates']) withoutApp.push(...(await linesOf(path)))
  await Promise.all(withoutApp.map(paste))
  const apps = (await listOf('/_pinpoint/apps')).items
  matchEach(t, apps, [{ name: 'demo' }, { name: 'demo' }])
  matchEach(t, (await listOf('/_pinpoint/jobs')).items, [{ job: { Definition: { Format: 'CSV' } } }])
  matchEach(t, (await listOf('/_pinpoint/messages')).items, [{ status: 'SUCCESSFUL' }])
  matchEach(t, (await listOf('/v1/templates')).Item, [{ TemplateName: 'welcome' }])

  const app = `apps/${apps[0].id}`
  await paste((await linesOf(`${app}/campaigns`)).join('\n'))
  const rest: string[] = []
  for (const path of ['endpoints', 'journeys']) rest.push(...(await linesOf(`${app}/${path}`)))
  await Promise.all(rest.map(paste))
  t.match(await listOf(`/_pinpoint/${app}`), {
    campaigns: 1,
    journeys: 1,
    segments: 1,
    endpoints: { total: 1 },
  })
  const { Item: journeys } = await listOf(`/v1/${app}/journeys`)
  const published = await control('PUT', `/v1/${app}/journeys/${journeys[0].Id}/state`, { State: 'ACTIVE' })
  t.equal(published.status, 200, 'the journey can be published')

  for (const line of await linesOf('clock')) await paste(line)
  t.match(await listOf('/_pinpoint/clock'), { mode: 'frozen' })
  for (const line of (await linesOf('state')).filter(line => line.startsWith('curl'))) await paste(line)
  t.strictSame((await listOf('/_pinpoint/apps')).items, [])
  t.strictSame(trouble, [])
})

t.test('an ARN may have been sent with its slashes as they are', async t => {
  const path = `/v1/tags/${ResourceArn}?tagKeys=a&tagKeys=b`
  t.match(
    awsCli({ method: 'DELETE', path }, url),
    `untag-resource --region us-east-1 --endpoint-url ${url} --resource-arn ${ResourceArn} --tag-keys '["a","b"]'`,
  )
})

t.test('there is no line for what is no operation, or has a bad escape', async t => {
  for (const path of ['/v1/app', '/v1/apps/a/b', '/v1/apps/%ZZ']) {
    t.equal(awsCli({ method: 'GET', path }, url), undefined)
    t.equal(sdkModule({ method: 'GET', path }, url), undefined)
  }
  t.equal(awsCli({ method: 'PATCH', path: '/v1/apps' }, url), undefined)
  t.equal(sdkModule({ method: 'POST', path: '/v1/apps', body: '{"cut":' }, url), undefined)
})
