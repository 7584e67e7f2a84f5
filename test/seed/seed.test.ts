import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  CreateImportJobCommand,
  DeleteAppCommand,
  GetAppCommand,
  GetImportJobsCommand,
  type PinpointClient,
  TagResourceCommand,
} from '@aws-sdk/client-pinpoint'
import t, { type Test } from 'tap'
import { start } from '../../server/emulator/start.ts'
import { loadConfig } from '../../server/process/config.ts'
import { StartError } from '../../server/process/start-error.ts'
import { makeBuckets, makeFolder } from '../support/buckets.ts'
import { controlOf } from '../support/control.ts'
import { countRows, storedEndpoints } from '../support/database.ts'
import { csvOf, numbered } from '../support/endpoint-files.ts'
import { createApp, roleArn, runImport, silent, startEmulator, until } from '../support/helpers.ts'
import { matchEach } from '../support/items.ts'
import { getEndpoint, getSegment, putEndpoint } from '../support/reads.ts'
import { startHolding, startS3 } from '../support/s3.ts'

const Id = '0123456789abcdef0123456789abcdef'
const otherId = 'fedcba9876543210fedcba9876543210'
const buckets = makeBuckets(t)
await buckets.put('demo', 'users.csv', csvOf('u1', 'u2'))
const users = { Format: 'CSV', S3Url: 's3://demo/users.csv', RoleArn: roleArn, DefineSegment: true }

/** Writes the files of a seed into a folder of their own. */
function seedOf(t: Test, files: Record<string, unknown>): string {
  const folder = makeFolder(t)
  for (const [name, content] of Object.entries(files)) {
    const isText = typeof content === 'string' || content instanceof Buffer
    writeFileSync(join(folder, name), isText ? content : JSON.stringify(content))
  }
  return folder
}

/** Expects that the seed stops the start, and gives why. */
async function refusal(t: Test, env: Record<string, string>): Promise<string> {
  const config = loadConfig({ PORT: '0', LOG_LEVEL: 'silent', ...buckets.env, ...env })
  const error = await start(config, silent).then(
    running => running.close(),
    error => error,
  )
  t.type(error, StartError)
  return error?.message ?? ''
}

const jobsOf = async (client: PinpointClient, ApplicationId: string) =>
  (await client.send(new GetImportJobsCommand({ ApplicationId }))).ImportJobsResponse?.Item ?? []

const demo = {
  Id,
  Name: 'demo',
  tags: { team: 'red' },
  endpoints: [
    { Id: 'e1', ChannelType: 'EMAIL', Address: 'ann@example.com', Attributes: { plan: 'free' } },
    // Of one address, only the last is ACTIVE.
    { Id: 'e2', ChannelType: 'EMAIL', Address: 'ann@example.com', User: { UserId: 'ann' } },
  ],
  imports: [users],
}

t.test('a seed is there when the emulator is ready, and applying it again changes nothing', async t => {
  const SEED = seedOf(t, {
    '1.json': { apps: [demo] },
    '2.json': { apps: [{ Id: otherId, Name: 'other' }] },
    'notes.txt': 'not part of it',
  })
  const DATA_DIR = makeFolder(t)
  const env = { ...buckets.env, SEED, DATA_DIR }
  const look = async (client: PinpointClient) => ({
    app: (await client.send(new GetAppCommand({ ApplicationId: Id }))).ApplicationResponse,
    other: (await client.send(new GetAppCommand({ ApplicationId: otherId }))).ApplicationResponse,
    endpoints: await Promise.all(['e1', 'e2', 'u1', 'u2'].map(id => getEndpoint(client, Id, id))),
    jobs: await jobsOf(client, Id),
  })
  const first = await startEmulator(t, { ...env, ACCOUNT_ID: '999999999999', AWS_REGION: 'eu-west-1' })
  const before = await look(first.client)
  t.match(before.app, {
    Arn: `arn:aws:mobiletargeting:eu-west-1:999999999999:apps/${Id}`,
    Name: 'demo',
    tags: { team: 'red' },
  })
  t.match(before.other, { Name: 'other', tags: {} })
  t.match(before.endpoints, [
    { Attributes: { plan: ['free'] }, EndpointStatus: 'INACTIVE' },
    { Address: 'ann@example.com', EndpointStatus: 'ACTIVE', User: { UserId: 'ann' } },
    { Address: 'u1@example.com' },
    { Address: 'u2@example.com' },
  ])
  matchEach(t, before.jobs, [{ JobStatus: 'COMPLETED', TotalProcessed: 2, Definition: users }])
  t.ok(await getSegment(first.client, Id, before.jobs[0]!.Id!))
  await first.close()

  const second = await startEmulator(t, env)
  t.strictSame(await look(second.client), before)
  await putEndpoint(second.client, Id, 'e1', { Address: 'moved@example.com', Attributes: { mine: ['x'] } })
  const ResourceArn = before.app!.Arn
  const changes = { tags: { team: 'blue', mine: 'y' } }
  await second.client.send(new TagResourceCommand({ ResourceArn, TagsModel: changes }))
  await second.client.send(new DeleteAppCommand({ ApplicationId: otherId }))
  await second.close()

  writeFileSync(
    join(SEED, '2.json'),
    JSON.stringify({ apps: [{ Id: otherId, Name: 'new', imports: [users] }] }),
  )
  const third = await startEmulator(t, env)
  const after = await look(third.client)
  t.match(after.app, { tags: { team: 'red', mine: 'y' } }, 'what is no more as it says, is again')
  t.match(after.endpoints[0], { Address: 'ann@example.com', Attributes: { plan: ['free'], mine: ['x'] } })
  t.strictSame(after.endpoints.slice(2), before.endpoints.slice(2))
  t.strictSame(after.jobs, before.jobs)
  t.match(after.other, { Name: 'new' })
  matchEach(t, await jobsOf(third.client, otherId), [{ JobStatus: 'COMPLETED' }])
})

t.test('what a seed says of phone numbers is answered by PhoneNumberValidate', async t => {
  const said = { PhoneNumber: '+1 (555) 123-4567', PhoneType: 'MOBILE', Carrier: 'Mine' }
  const SEED = seedOf(t, { '1.json': { apps: [] }, '2.json': { apps: [], phoneNumbers: [said] } })
  const { url } = await startEmulator(t, { SEED })
  const { body } = await controlOf(url)('POST', '/v1/phone/number/validate', { PhoneNumber: '+15551234567' })
  t.match(body, { PhoneType: 'MOBILE', PhoneTypeCode: 0, Carrier: 'Mine' })

  const bad = seedOf(t, {
    '1.json': {
      apps: [],
      phoneNumbers: [{ PhoneNumber: '555' }, said, { PhoneNumber: '+12065550142', City: 'x' }],
    },
  })
  const message = await refusal(t, { SEED: bad, EPHEMERAL: 'true' })
  t.match(message, 'phoneNumbers[0].PhoneNumber must be a phone number that begins with +')
  t.match(message, 'phoneNumbers[2].PhoneNumber must not be +12065550142')
  t.notMatch(message, 'phoneNumbers[1]')
  const wrong = { apps: [], phoneNumbers: [{ ...said, PhoneType: 'FAX', Nix: 1 }] }
  t.match(
    await refusal(t, { SEED: seedOf(t, { '1.json': wrong }), EPHEMERAL: 'true' }),
    /phoneNumbers\[0\]\.PhoneType must be one of/,
  )
})

t.test('every mistake is named, with its file and place, and nothing is applied', async t => {
  const app = { Id, Name: 'a' }
  const SEED = seedOf(t, {
    'a.json': { apps: [app] },
    'double.json': { apps: [app] },
    'latin-1.json': Buffer.from('{"apps": "ä"}', 'latin1'),
    'rules.json': {
      apps: [
        {
          Id: 'demo',
          Name: 'b',
          tags: { 'aws:x': 'y' },
          endpoints: [{ Id: 'e$' }, { Id: 'e', Location: { Latitude: 1 } }, { Id: 'E' }],
          imports: [{ ...users, S3Url: 'users.csv' }],
        },
      ],
    },
    'syntax.json': '{"apps": [\n  {"Id": }\n]}',
    'types.json': {
      apps: [
        {
          ...app,
          endpoints: [{ Id: 'e' }, { Id: 'f' }, { Id: 'g', Address: 7 }],
          imports: [{ Format: 'XML' }],
        },
        { Name: '', endpoint: [] },
      ],
    },
  })
  const DATA_DIR = makeFolder(t)
  const message = await refusal(t, { SEED, DATA_DIR })
  for (const [file, place] of [
    [
      'double.json',
      `apps[0].Id must not be that of another application: ${Id} is ${join(SEED, 'a.json')}: apps[0]`,
    ],
    ['latin-1.json', 'the file must be UTF-8'],
    ['rules.json', 'apps[0].Id must be 32 lower-case hexadecimal digits'],
    ['rules.json', 'apps[0].tags must have keys'],
    ['rules.json', 'apps[0].endpoints[0].Id must not hold $'],
    ['rules.json', 'apps[0].endpoints[1].Location.Latitude and Location.Longitude must be given together'],
    ['rules.json', 'apps[0].endpoints[2].Id must not be that of endpoints[1]'],
    ['rules.json', 'apps[0].imports[0].S3Url must be s3://'],
    ['syntax.json', 'line 2, column 10: '],
    ['types.json', 'apps[0].endpoints[2].Address must be a string; got 7'],
    ['types.json', 'apps[0].imports[0].S3Url is required'],
    ['types.json', 'apps[0].imports[0].Format must be one of CSV, JSON; got "XML"'],
    ['types.json', 'apps[1].Id is required'],
    ['types.json', 'apps[1].Name must be a string that is not empty'],
    ['types.json', 'apps[1].endpoint is not a name that is known here'],
  ] as const) {
    t.ok(message.includes(`${join(SEED, file)}: ${place}`), `${file}: ${place}`)
  }
  t.notMatch(message, `${join(SEED, 'a.json')}: apps[0].`, 'and nothing else')
  t.strictSame(countRows(DATA_DIR), {})

  const many = { apps: Array.from({ length: 30 }, () => ({})) }
  t.match(await refusal(t, { SEED: seedOf(t, { 'a.json': many }), DATA_DIR }), /and 40 more mistakes$/)
  t.match(
    await refusal(t, { SEED: makeFolder(t), DATA_DIR }),
    'the folder has no file whose name ends with .json',
  )
})

t.test('what the API would refuse only when it writes is a mistake as well', async t => {
  const endpoints = Array.from({ length: 16 }, (_, n) => ({
    Id: `e${n}`,
    ChannelType: 'EMAIL',
    Address: `${n}@example.com`,
    User: { UserId: 'one' },
  }))
  const DATA_DIR = makeFolder(t)
  const imports = [{ ...users, SegmentId: 'nowhere' }]
  const SEED = seedOf(t, { 'a.json': { apps: [{ Id, Name: 'a', endpoints, imports }] } })
  const message = await refusal(t, { SEED, DATA_DIR })
  t.match(message, 'apps[0].endpoints[15]: Exceeded maximum endpoint per user count: 15')
  t.match(message, 'apps[0].imports[0]: Segment not found: nowhere')
  t.strictSame(countRows(DATA_DIR), {})
})

t.test('an import that FAILED stops the start, and is done again by the next one', async t => {
  const DATA_DIR = makeFolder(t)
  const app = { Id, Name: 'a', imports: [users, { ...users, S3Url: 's3://demo/later.csv' }] }
  const SEED = seedOf(t, { 'a.json': { apps: [app] } })
  const message = await refusal(t, { SEED, DATA_DIR })
  t.match(message, 'apps[0].imports[1]: the import FAILED: s3://demo/later.csv: there is nothing to import')
  t.notMatch(message, 'imports[0]')
  await buckets.put('demo', 'later.csv', csvOf('l1'))
  const { client } = await startEmulator(t, { ...buckets.env, SEED, DATA_DIR })
  const jobs = await jobsOf(client, Id)
  t.strictSame(jobs.map(({ JobStatus }) => JobStatus).sort(), ['COMPLETED', 'COMPLETED', 'FAILED'])
  t.match(await getEndpoint(client, Id, 'l1'), { Address: 'l1@example.com' })
})

/** Endpoints of one user each, all with this plan. */
const planCsv = (plan: string, ids: string[]) =>
  [
    'Id,ChannelType,Address,User.UserId,Attributes.plan',
    ...ids.map(id => `${id},EMAIL,${id}@example.com,user-${id},${plan}`),
    '',
  ].join('\n')

/** Two applications whose imports build on one another. */
const chained = {
  files: {
    'base.csv': planCsv('old', numbered('e', 3000)),
    'patch.csv': planCsv('new', ['e1', 'e2999']),
    'vip.csv': 'User.UserId\nuser-e1\nuser-e2999\n',
  },
  apps: [
    {
      Id,
      Name: 'chained',
      endpoints: [
        { Id: 'e0', ChannelType: 'EMAIL', Address: 'e0@example.com', Attributes: { plan: 'seed' } },
      ],
      imports: ['base.csv', 'patch.csv', 'vip.csv'].map(file => ({ ...users, S3Url: `s3://demo/${file}` })),
    },
    {
      Id: otherId,
      Name: 'also',
      imports: ['base.csv', 'vip.csv'].map(file => ({ ...users, S3Url: `s3://demo/${file}` })),
    },
  ],
}

/** Expects that the imports of `chained` are there, and ran one after the other. */
async function expectChained(t: Test, { client, url }: { client: PinpointClient; url: string }) {
  const jobs = [...(await jobsOf(client, Id)).reverse(), ...(await jobsOf(client, otherId)).reverse()]
  t.strictSame(
    jobs.map(({ Definition, JobStatus, TotalFailures }) => [Definition!.S3Url, JobStatus, TotalFailures]),
    chained.apps.flatMap(({ imports }) => imports.map(({ S3Url }) => [S3Url, 'COMPLETED', 0])),
  )
  const spans = await Promise.all(
    jobs.map(async job => {
      const path = `/_pinpoint/apps/${job.ApplicationId}/import-jobs/${job.Id}`
      const { history } = (await controlOf(url)('GET', path)).body
      const at = (state: string) => history.find(({ status }: { status: string }) => status === state).at
      return { begins: at('PREPARING_FOR_INITIALIZATION'), ends: at('COMPLETED') }
    }),
  )
  for (const [index, { begins }] of spans.slice(1).entries()) {
    t.ok(begins >= spans[index]!.ends, `import ${index + 1} begins when the one before it is over`)
  }
  const plans = ['e0', 'e1', 'e2', 'e2999'].map(async id => (await getEndpoint(client, Id, id))!.Attributes)
  t.strictSame(
    await Promise.all(plans),
    ['old', 'new', 'old', 'new'].map(plan => ({ plan: [plan] })),
  )
}

t.test('imports of a seed run one after the other, in its order', async t => {
  for (const [file, content] of Object.entries(chained.files)) await buckets.put('demo', file, content)
  const SEED = seedOf(t, { 'a.json': { apps: chained.apps } })
  const emulator = await startEmulator(t, { ...buckets.env, SEED })
  await expectChained(t, emulator)
  const reset = await fetch(`${emulator.url}/_pinpoint/reset?seed=true`, { method: 'POST' })
  t.equal(reset.status, 204, await reset.text())
  await expectChained(t, emulator)
})

t.test('imports of a seed keep its order when a start is interrupted in the middle of one', async t => {
  const s3 = await startS3(t)
  for (const [file, content] of Object.entries(chained.files)) await s3.put('demo', file, content)
  const { env, letGo } = await startHolding(t, s3, 'e1500,')
  const DATA_DIR = makeFolder(t)
  const SEED = seedOf(t, { 'a.json': { apps: chained.apps } })
  const settings = { ...env, SEED, DATA_DIR }
  const controller = new AbortController()
  const config = loadConfig({ PORT: '0', LOG_LEVEL: 'silent', ...settings })
  const starting = start(config, silent, { signal: controller.signal })
  await until(() => storedEndpoints(DATA_DIR).includes('e1') || undefined, 'the first endpoints')
  controller.abort()
  await t.rejects(starting, { name: 'AbortError' })
  letGo()
  await expectChained(t, await startEmulator(t, settings))
})

t.test('what an import of the seed wrote last is not set back to the endpoints of the seed', async t => {
  const at = (address: string, more: object = {}) => ({ ChannelType: 'EMAIL', Address: address, ...more })
  const plan = { Attributes: { plan: 'seed', seat: '1' } }
  const ann = { User: { UserId: 'ann', UserAttributes: { level: ['seed'] } } }
  const endpoints = [
    { Id: 'named', ...at('named@example.com', plan) },
    { Id: 'at-the-address', ...at('taken@example.com', { EndpointStatus: 'ACTIVE' }) },
    { Id: 'of-the-user', ...at('ann@example.com', ann) },
    { Id: 'alone', ...at('alone@example.com', plan) },
  ]
  const csv = [
    'Id,ChannelType,Address,User.UserId,User.UserAttributes.level,Attributes.plan',
    'named,EMAIL,named@example.com,,,old',
    'new,EMAIL,taken@example.com,ann,old,old',
    '',
  ].join('\n')
  await buckets.put('demo', 'over.csv', csv)
  const imports = [{ ...users, S3Url: 's3://demo/over.csv' }]
  const app = { Id, Name: 'a', endpoints, imports }
  const SEED = seedOf(t, { 'a.json': { apps: [app] } })
  const env = { ...buckets.env, SEED, DATA_DIR: makeFolder(t) }
  const look = (client: PinpointClient) =>
    Promise.all([...endpoints.map(({ Id }) => Id), 'new'].map(id => getEndpoint(client, Id, id)))

  const first = await startEmulator(t, env)
  const before = await look(first.client)
  t.match(before, [
    { Attributes: { plan: ['old'], seat: ['1'] } },
    { EndpointStatus: 'INACTIVE' },
    { User: { UserAttributes: { level: ['old'] } } },
    { Attributes: { plan: ['seed'] } },
    { EndpointStatus: 'ACTIVE' },
  ])
  await first.close()

  const second = await startEmulator(t, env)
  t.strictSame(await look(second.client), before)
  await putEndpoint(second.client, Id, 'named', { Attributes: { plan: ['mine'] } })
  await second.close()

  const third = await startEmulator(t, env)
  t.match(await getEndpoint(third.client, Id, 'named'), { Attributes: { plan: ['seed'] } }, 'of a caller')
  await runImport(third.client, Id, { S3Url: 's3://demo/over.csv', Format: 'CSV' })
  t.match(await getEndpoint(third.client, Id, 'named'), { Attributes: { plan: ['old'] } })
  await third.close()

  const fourth = await startEmulator(t, env)
  t.match(await getEndpoint(fourth.client, Id, 'named'), { Attributes: { plan: ['seed'] } }, 'of another job')
  t.match((await look(fourth.client))[2], { User: { UserAttributes: { level: ['old'] } } })
  await fourth.close()

  writeFileSync(join(SEED, 'a.json'), JSON.stringify({ apps: [{ ...app, imports: [] }] }))
  const fifth = await startEmulator(t, env)
  t.match(
    (await look(fifth.client))[2],
    { User: { UserAttributes: { level: ['seed'] } } },
    'of an import that the seed has no more',
  )
})

t.test('a start that waits for the seed can be ended', async t => {
  const DATA_DIR = makeFolder(t)
  const SEED = join(seedOf(t, { 'a.json': { apps: [demo] } }), 'a.json')
  const env = { PORT: '0', LOG_LEVEL: 'silent', ...buckets.env, SEED, DATA_DIR, JOB_STATE_DELAY_MS: '600000' }
  const controller = new AbortController()
  const starting = start(loadConfig(env), silent, { signal: controller.signal })
  controller.abort()
  await t.rejects(starting, { name: 'AbortError' })
  const { client } = await startEmulator(t, { ...buckets.env, SEED, DATA_DIR })
  matchEach(t, await jobsOf(client, Id), [{ JobStatus: 'COMPLETED' }], 'and the next one goes on')
})

t.test('what was said of jobs before neither holds the imports of the seed nor fails them', async t => {
  const DATA_DIR = makeFolder(t)
  const before = await startEmulator(t, { ...buckets.env, DATA_DIR })
  const say = controlOf(before.url)
  await say('PUT', '/_pinpoint/job-control', { mode: 'manual' })
  for (const rule of [{ hangAt: 'CREATED' }, { failAt: 'PROCESSING' }]) {
    t.equal((await say('POST', '/_pinpoint/faults', { job: {}, ...rule })).status, 201)
  }
  await before.close()
  const SEED = join(seedOf(t, { 'a.json': { apps: [demo] } }), 'a.json')
  const { client } = await startEmulator(t, { ...buckets.env, SEED, DATA_DIR })
  matchEach(t, await jobsOf(client, Id), [{ JobStatus: 'COMPLETED' }])
})

t.test('jobs that are held in all slots do not keep the seed waiting', async t => {
  const DATA_DIR = makeFolder(t)
  const env = { ...buckets.env, DATA_DIR, MAX_RUNNING_IMPORTS: '1' }
  const before = await startEmulator(t, env)
  const say = controlOf(before.url)
  await say('PUT', '/_pinpoint/job-control', { mode: 'manual' })
  const app = await createApp(before.client)
  const { ImportJobResponse: held } = await before.client.send(
    new CreateImportJobCommand({ ApplicationId: app, ImportJobRequest: { ...users, Format: 'CSV' } }),
  )
  const advance = `/_pinpoint/apps/${app}/import-jobs/${held!.Id}/advance`
  t.equal((await say('POST', advance, { to: 'PROCESSING' })).status, 200)
  await before.close()
  const SEED = join(seedOf(t, { 'a.json': { apps: [demo] } }), 'a.json')
  const { client } = await startEmulator(t, { ...env, SEED })
  matchEach(t, await jobsOf(client, Id), [{ JobStatus: 'COMPLETED' }])
})

t.test('a reset applies the seed again where it is asked to', async t => {
  const SEED = seedOf(t, { 'a.json': { apps: [demo] } })
  const DATA_DIR = makeFolder(t)
  const { url, client } = await startEmulator(t, { ...buckets.env, SEED, DATA_DIR })
  const reset = async (query: string) => {
    const answer = await fetch(`${url}/_pinpoint/reset${query}`, { method: 'POST' })
    return { status: answer.status, text: await answer.text() }
  }
  const mine = await createApp(client)
  await putEndpoint(client, Id, 'e1', { Address: 'moved@example.com' })
  t.strictSame(await reset('?seed=true'), { status: 204, text: '' })
  t.match(await getEndpoint(client, Id, 'e1'), { Address: 'ann@example.com' })
  matchEach(t, await jobsOf(client, Id), [{ JobStatus: 'COMPLETED' }])
  await t.rejects(jobsOf(client, mine), { name: 'NotFoundException' })

  const rows = countRows(DATA_DIR)
  writeFileSync(join(SEED, 'b.json'), '{"apps": [{}]}')
  t.match(await reset('?seed=true'), { status: 400, text: /b\.json: apps\[0\]\.Id is required/ })
  t.match(await reset('?seed=yes'), { status: 400, text: /seed must be one of true, false/ })
  t.strictSame(countRows(DATA_DIR), rows, 'nothing has changed')
  t.strictSame(await reset('?seed=false'), { status: 204, text: '' })
  t.strictSame(countRows(DATA_DIR), {})

  const without = await startEmulator(t)
  const answer = await fetch(`${without.url}/_pinpoint/reset?seed=true`, { method: 'POST' })
  t.match(await answer.json(), { Message: /no seed is set/ })
})
