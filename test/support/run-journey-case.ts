import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { JourneyCase } from '../../fixtures/journey-cases.ts'
import { controlOf, okOf } from './control.ts'
import { createAppBy, isOver, roleArn, until } from './helpers.ts'

/** The templates that all cases may name, by their types. */
const templates = {
  'mail/email': { Subject: 'Hello', TextPart: 'Hello' },
  'text/sms': { Body: 'Hello' },
  'push/push': { Default: { Title: 'Hello', Body: 'Hello' } },
}

/** What has come of a case: as its expected.json has it. */
export interface JourneyOutcome {
  /** Time, endpoint and activity of each message, and its status if it was not sent. */
  messages: string[]
  state: string
  runs: string[]
  /** Those of all runs together, which tell more than those of the journey. */
  metrics: Record<string, string>
  activities: Record<string, Record<string, string>>
}

/** Runs a case on an emulator, of which it takes the state and the clock. */
export async function runJourneyCase(url: string, journeyCase: JourneyCase): Promise<JourneyOutcome> {
  const hook = createServer((_, response) => response.end(JSON.stringify(journeyCase.hook ?? {})))
  await new Promise<void>(resolve => hook.listen(0, '127.0.0.1', resolve))
  try {
    return await run(controlOf(url), journeyCase, `http://127.0.0.1:${(hook.address() as AddressInfo).port}/`)
  } finally {
    hook.close()
  }
}

async function run(
  control: ReturnType<typeof controlOf>,
  { now, until: end, segments, journey, endpoints, events }: JourneyCase,
  hook: string,
): Promise<JourneyOutcome> {
  const call = okOf(control)
  await call('POST', '/_pinpoint/reset')
  await call('PUT', '/_pinpoint/clock', { mode: 'frozen', now })
  const { Id: app } = await createAppBy(control)
  const path = `/v1/apps/${app}`
  for (const [channel, settings] of Object.entries({
    email: {
      FromAddress: 'shop@example.com',
      Identity: 'arn:aws:ses:us-east-1:123456789012:identity/example.com',
    },
    sms: {},
    gcm: { ApiKey: 'key' },
  })) {
    await call('PUT', `${path}/channels/${channel}`, { Enabled: true, ...settings })
  }
  for (const [name, body] of Object.entries(templates)) await call('POST', `/v1/templates/${name}`, body)
  for (const { Id, ...endpoint } of endpoints) await call('PUT', `${path}/endpoints/${Id}`, endpoint)
  const ids = new Map<string, string>()
  for (const [Name, segment] of Object.entries(segments)) {
    const id =
      'users' in segment
        ? await importUsers(call, path, segment.users)
        : (await call('POST', `${path}/segments`, { Name, ...segment })).Id
    ids.set(Name, id)
  }
  const text = JSON.stringify(journey)
    .replaceAll(/"SegmentId":"([^"]+)"/g, (_, name) => `"SegmentId":"${ids.get(name)}"`)
    .replaceAll('{hook}', hook)
  const { Id } = await call('POST', `${path}/journeys`, { ...JSON.parse(text), State: 'ACTIVE' })
  const here = `${path}/journeys/${Id}`

  const messages = async () =>
    (await call('GET', `/_pinpoint/messages?journey=${Id}&page-size=1000`)).items.reverse()
  for (const event of events) {
    await call('POST', '/_pinpoint/clock/advance', { to: event.at })
    if (event.put) {
      const { endpoint, ...put } = JSON.parse(JSON.stringify(event.put).replaceAll('{journey}', Id))
      const Events = { event: { Timestamp: event.at, ...put } }
      await call('POST', `${path}/events`, { BatchItem: { [endpoint]: { Endpoint: {}, Events } } })
    } else if (event.message) {
      const { endpoint, activity } = event.message
      const { items } = await call('GET', `/_pinpoint/messages?endpoint=${endpoint}&page-size=1000`)
      const of = items.findLast((message: { activity?: string }) => message.activity === activity)
      if (of === undefined) throw new Error(`no message to ${endpoint} at ${activity} before ${event.at}`)
      await call('POST', `/_pinpoint/messages/${of.id}/events`, { eventType: event.eventType })
    } else if (event.send) {
      const send = {
        Endpoints: { [event.send]: {} },
        MessageConfiguration: {},
        TemplateConfiguration: { EmailTemplate: { Name: 'mail' } },
      }
      await call('POST', `${path}/messages`, send)
    } else if (event.endpoint) {
      const { Id: id, ...endpoint } = event.endpoint
      await call('PUT', `${path}/endpoints/${id}`, endpoint)
    } else if (event.delete) await call('DELETE', `${path}/endpoints/${event.delete}`)
    else if (event.state) await call('PUT', `${here}/state`, { State: event.state })
    else if (event.segment) {
      for (const [name, segment] of Object.entries(event.segment)) {
        await call('PUT', `${path}/segments/${ids.get(name)}`, segment)
      }
    }
  }
  await call('POST', '/_pinpoint/clock/advance', { by: end })

  const activities: JourneyOutcome['activities'] = {}
  for (const key of Object.keys(journey.Activities).sort()) {
    activities[key] = (await call('GET', `${here}/activities/${key}/execution-metrics`)).Metrics
  }
  const runs = (await call('GET', `${here}/runs`)).Item as Record<string, string>[]
  const metrics: JourneyOutcome['metrics'] = {}
  for (const { RunId } of runs) {
    const { Metrics } = await call('GET', `${here}/runs/${RunId}/execution-metrics`)
    for (const name in Metrics) metrics[name] = String(Number(metrics[name] ?? 0) + Number(Metrics[name]))
  }
  return {
    messages: (await messages()).map(
      ({ time, endpoint, activity, status }: Record<string, string>) =>
        `${time} ${endpoint} ${activity}${status === 'SUCCESSFUL' ? '' : ` ${status}`}`,
    ),
    state: (await call('GET', here)).State,
    runs: runs.map(({ CreationTime, Status }) => `${CreationTime} ${Status}`),
    metrics,
    activities,
  }
}

/** Imports a segment from a list of users, and gives its id. */
async function importUsers(
  call: ReturnType<typeof okOf>,
  path: string,
  users: readonly string[],
): Promise<string> {
  const file = ['User.UserId', ...users, ''].join('\n')
  const { s3Url } = await call('PUT', '/_pinpoint/uploads/users.csv', file)
  const request = { Format: 'CSV', S3Url: s3Url, RoleArn: roleArn, DefineSegment: true }
  const { Id } = await call('POST', `${path}/jobs/import`, request)
  const job = await until(async () => {
    const read = await call('GET', `${path}/jobs/import/${Id}`)
    return isOver(read) ? read : undefined
  }, 'the import of users')
  return job.Definition.SegmentId
}
