import { gzipSync } from 'node:zlib'
import { GetUserEndpointsCommand, type ImportJobResponse } from '@aws-sdk/client-pinpoint'
import t from 'tap'
import { makeBuckets, putAll } from '../support/buckets.ts'
import { controlOf, holdAt, jobsOf } from '../support/control.ts'
import { csvOf } from '../support/endpoint-files.ts'
import { base, createFilledApp, good } from '../support/filled-app.ts'
import {
  createApp,
  createImportJob,
  runImport,
  startEmulator,
  until,
  waitForJob,
} from '../support/helpers.ts'
import { matchEach } from '../support/items.ts'
import { getEndpoint, getSegment, putEndpoint, statesOf } from '../support/reads.ts'
import { kindsOfBuckets, startHolding, startS3 } from '../support/s3.ts'

/** What is wrong with the second of two objects, and what must be said of it. */
interface Culprit {
  title: string
  key?: string
  content: string | Buffer
  /** Whether it is removed when it has been listed. */
  vanishes?: boolean
  says: RegExp
}

/** Compresses far better than it is long, so that what is left of it decompresses to more than its size. */
const longText = csvOf(...Array.from({ length: 20_000 }, (_, index) => `bulk-${index % 10}`))
const longGzip = gzipSync(longText)

const culprits: Culprit[] = [
  {
    title: 'an unusable header',
    content: 'Id,Adress\nx,y\n',
    says: /the CSV header is not usable: "Adress"/,
  },
  { title: 'bad records alone', content: 'Id,ChannelType\nx,EMAIL\ny,SMS\n', says: /none of the 2 records/ },
  {
    title: 'a header that is not UTF-8',
    content: Buffer.from('Id,\x8b\x9e\n', 'latin1'),
    says: /the CSV header is not usable: a record must be UTF-8/,
  },
  { title: 'what is called .gz and is not', key: '2.csv.gz', content: csvOf('x'), says: /gzip/ },
  { title: 'half a .gz', key: '2.csv.gz', content: gzipSync(csvOf('x')).subarray(0, 40), says: /gzip/ },
  {
    title: 'most of a long .gz',
    key: '2.csv.gz',
    content: longGzip.subarray(0, longGzip.length - 100),
    says: /gzip/,
  },
  {
    title: 'an object that vanishes before it is read',
    content: csvOf('x'),
    vanishes: true,
    says: /does not exist any more/,
  },
]

for (const [kind, makeBuckets] of kindsOfBuckets) {
  t.test(`a job that cannot read a part of ${kind} ends FAILED and leaves all as it was`, async t => {
    const buckets = await makeBuckets(t)
    await buckets.put('data', 'base.csv', base)
    for (const [index, { key = '2.csv', content }] of culprits.entries()) {
      await putAll(buckets, 'data', { [`in-${index}/1.csv`]: good, [`in-${index}/${key}`]: content })
    }
    const { client, url } = await startEmulator(t, buckets.env)

    for (const [index, { title, key: name = '2.csv', vanishes, says }] of culprits.entries()) {
      t.test(title, async t => {
        const { app, SegmentId, look } = await createFilledApp(t, client, 's3://data/base.csv')
        const before = await look()
        const key = `in-${index}/${name}`
        const request = { S3Url: `s3://data/in-${index}/`, SegmentId, DefineSegment: true }
        const create = () => createImportJob(client, app, request)
        const created = vanishes
          ? await holdAt(url, 'INITIALIZING', create, () => buckets.remove('data', key))
          : await create()
        const job = await waitForJob(client, created)
        t.same((await statesOf(client, job)).slice(-3), ['PROCESSING', 'FAILING', 'FAILED'])
        t.match(job, { TotalPieces: 2, CompletedPieces: 1, FailedPieces: 1 })
        t.ok(job.TotalProcessed! >= 3, 'it had imported the first object')
        t.match(job.CompletionDate, /Z$/)
        t.ok(job.Failures?.[0]?.startsWith(`${key}: `), 'it says which')
        t.match(job.Failures?.[0], says)
        t.same(await look(), before, 'all is as it was')
        t.equal(await getSegment(client, app, job.Id!), undefined, 'and there is no other segment')
      })
    }
  })

  t.test(`a job over nothing in ${kind} ends FAILED`, async t => {
    const buckets = await makeBuckets(t)
    await putAll(buckets, 'data', { 'in/a.json': '{}', 'in/_SUCCESS': '', 'empty.csv': '' })
    const { client } = await startEmulator(t, { ...buckets.env, MAX_RUNNING_IMPORTS: '10' })
    t.jobs = 4
    for (const key of ['nowhere/', 'nowhere.csv', 'in/', 'empty.csv', '../data/in/a.json', '/']) {
      const S3Url = `s3://data/${key}`
      t.test(S3Url, async t => {
        const job = await runImport(client, await createApp(client), { S3Url, DefineSegment: true })
        t.same((await statesOf(client, job)).slice(-2), ['FAILING', 'FAILED'])
        matchEach(t, job.Failures!, [new RegExp(`^${S3Url}: there is nothing to import`)])
        t.equal(await getSegment(client, job.ApplicationId!, job.Definition!.SegmentId!), undefined)
      })
    }
  })

  t.test(
    `all failures of a job over ${kind} are counted, and the first 100 shown, those of pieces first`,
    async t => {
      const rows = Array.from({ length: 120 }, (_, index) => `bad-${index},EMAIL,`)
      const content = ['Id,ChannelType,Address', 'good,EMAIL,a@example.com', ...rows].join('\n')
      const buckets = await makeBuckets(t)
      await putAll(buckets, 'data', { 'in/1.csv': content, 'in/2.csv': 'Colour\nred\n' })
      const { client } = await startEmulator(t, buckets.env)
      const app = await createApp(client)
      const ofLines = Array.from({ length: 100 }, (_, index) => `in/1.csv line ${index + 3}: Missing Address`)

      const one = await runImport(client, app, { S3Url: 's3://data/in/1.csv' })
      t.match(one, { JobStatus: 'COMPLETED', TotalProcessed: 121, TotalFailures: 120 })
      t.same(one.Failures, ofLines)
      const both = await runImport(client, app, { S3Url: 's3://data/in/' })
      t.match(both, { JobStatus: 'FAILED', TotalProcessed: 121, TotalFailures: 120 })
      t.match(both.Failures?.[0], /^in\/2\.csv: the CSV header/)
      t.same(both.Failures?.slice(1), ofLines.slice(0, 99))
    },
  )
}

t.test('a file that is imported with the other Format says which one it has', async t => {
  const buckets = makeBuckets(t)
  const line = '{"Id":"e1","ChannelType":"EMAIL","Address":"a"}'
  await putAll(buckets, 'data', {
    'lines.csv': `\n${line}\n${line}\n`,
    'list.csv': `[\n${line}\n]\n`,
    'long.csv': `[${Array(30_000).fill(line)}]`,
    'csv.json': csvOf('e1'),
  })
  const { client } = await startEmulator(t, buckets.env)
  const app = await createApp(client)
  for (const key of ['lines.csv', 'list.csv', 'long.csv']) {
    const job = await runImport(client, app, { S3Url: `s3://data/${key}` })
    t.match(job, { JobStatus: 'FAILED', TotalProcessed: 0 })
    t.strictSame(job.Failures, [
      `${key}: the CSV header is not usable: the object begins as JSON does, and JSON is imported with the Format JSON`,
    ])
  }
  const csv = await runImport(client, app, { S3Url: 's3://data/csv.json', Format: 'JSON' })
  t.match(csv, { JobStatus: 'FAILED', TotalProcessed: 2, TotalFailures: 2 })
  matchEach(t, csv.Failures!, [
    /^csv\.json: none of the 2 records/,
    'csv.json line 1: not JSON: it reads as the header of a CSV file, and CSV is imported with the Format CSV',
    /^csv\.json line 2: not JSON: Unexpected character/,
  ])
})

t.test(
  'jobs at once that fail leave all as it was before any of them, whatever they wrote over each other',
  async t => {
    const jobs = ['a', 'b', 'c']
    const buckets = makeBuckets(t)
    for (const name of jobs) {
      const change = (id: string) => `${id},EMAIL,${id}@example.com,crowd,${name},${name}`
      const rows = Array.from({ length: 400 }, () =>
        ['base', 'sibling', 'created', `created-by-${name}`].map(change),
      ).flat()
      await putAll(buckets, 'data', {
        [`${name}/1.csv`]: [
          'Id,ChannelType,Address,User.UserId,Attributes.shared,User.UserAttributes.by',
          ...rows,
          `moved-${name},EMAIL,base@example.com,,,`,
        ].join('\n'),
        [`${name}/2.csv`]: 'Colour\n',
      })
    }
    const { client } = await startEmulator(t, { ...buckets.env, MAX_RUNNING_IMPORTS: '3' })
    for (const failing of [jobs, ['a', 'b']]) {
      const app = await createApp(client)
      const put = (id: string, more: object) =>
        putEndpoint(client, app, id, { ChannelType: 'EMAIL', Address: `${id}@example.com`, ...more })
      await put('base', { Attributes: { kept: ['yes'] } })
      await put('sibling', { User: { UserId: 'crowd', UserAttributes: { by: ['caller'] } } })
      const look = () =>
        Promise.all(
          ['base', 'sibling', 'created', ...jobs.flatMap(job => [`created-by-${job}`, `moved-${job}`])].map(
            id => getEndpoint(client, app, id),
          ),
        )
      const before = await look()
      const done = await Promise.all(
        failing.map(name => runImport(client, app, { S3Url: `s3://data/${name}/`, DefineSegment: true })),
      )
      t.same(
        done.map(({ JobStatus, TotalProcessed }) => [JobStatus, TotalProcessed]),
        failing.map(() => ['FAILED', 1601]),
      )
      t.same(await look(), before)
      const names = Object.fromEntries(Array.from({ length: 249 }, (_, index) => [`n${index}`, 1]))
      // kept, by and these are 251.
      await t.rejects(put('full', { Metrics: names }), { message: /^Too many custom attributes/ })
      const { n0: _, ...oneLess } = names
      await put('full', { Metrics: oneLess })
    }
  },
)

t.test(
  'a job that fails is undone also where calls have concerned its endpoints, and their effects stay',
  async t => {
    const buckets = makeBuckets(t)
    await buckets.put(
      'data',
      'a.csv',
      [
        'Id,ChannelType,Address,User.UserId,User.UserAttributes.tier,Attributes.plan',
        ...[
          'taker,EMAIL,shared@x,,,',
          'created,EMAIL,created@x,ann,gold,new',
          'changed,EMAIL,moved@x,ann,gold,new',
        ],
        'named,EMAIL,named@x,,,new',
      ].join('\n'),
    )
    const { client, url } = await startEmulator(t, buckets.env)
    const app = await createApp(client)
    const put = (id: string, Address: string, more: object = {}) =>
      putEndpoint(client, app, id, { ChannelType: 'EMAIL', Address, ...more })
    const ofAnn = (tier: string) => ({ User: { UserId: 'ann', UserAttributes: { tier: [tier] } } })
    await put('holder', 'shared@x')
    await put('sibling', 'sibling@x', ofAnn('silver'))
    await put('changed', 'changed@x', { ...ofAnn('silver'), Attributes: { plan: ['old'] } })
    await put('left-behind', 'left@x', ofAnn('silver'))
    await controlOf(url)('POST', '/_pinpoint/faults', { job: {}, failAt: 'COMPLETING', reason: 'told to' })
    const job = await holdAt(
      url,
      'PROCESSING',
      () => createImportJob(client, app, { S3Url: 's3://data/a.csv' }),
      async () => {
        t.match(await getEndpoint(client, app, 'holder'), { EndpointStatus: 'INACTIVE' })
        // Each of these concerns endpoints that the job has written, and names none of them.
        await put('next-taker', 'shared@x')
        await put('of-ann', 'of-ann@x', ofAnn('bronze'))
        await put('at-old-address', 'changed@x')
        // And this names one.
        await put('named', 'named@x', { Attributes: { more: ['yes'] } })
      },
    )
    t.equal((await waitForJob(client, job)).JobStatus, 'FAILED')
    for (const id of ['taker', 'created']) t.equal(await getEndpoint(client, app, id), undefined, id)
    const tier = ['bronze']
    matchEach(
      t,
      await Promise.all(
        [
          'holder',
          'next-taker',
          'sibling',
          'left-behind',
          'changed',
          'at-old-address',
          'of-ann',
          'named',
        ].map(id => getEndpoint(client, app, id)),
      ),
      [
        { EndpointStatus: 'INACTIVE', Address: 'shared@x' },
        { EndpointStatus: 'ACTIVE', Address: 'shared@x' },
        { User: { UserId: 'ann', UserAttributes: { tier } } },
        { User: { UserId: 'ann', UserAttributes: { tier } } },
        {
          EndpointStatus: 'INACTIVE',
          Address: 'changed@x',
          Attributes: { plan: ['old'] },
          User: { UserId: 'ann', UserAttributes: { tier } },
        },
        { EndpointStatus: 'ACTIVE', Address: 'changed@x' },
        { EndpointStatus: 'ACTIVE' },
        // What a call has named is left as it is.
        { EndpointStatus: 'ACTIVE', Attributes: { plan: ['new'], more: ['yes'] } },
      ],
    )
    const { EndpointsResponse } = await client.send(
      new GetUserEndpointsCommand({ ApplicationId: app, UserId: 'ann' }),
    )
    t.strictSame(EndpointsResponse?.Item?.map(({ Id }) => Id).sort(), [
      'changed',
      'left-behind',
      'of-ann',
      'sibling',
    ])
  },
)

t.test(
  'what calls do in the middle of a job stays when it is undone, also where the job wrote it again',
  async t => {
    const s3 = await startS3(t)
    // Between what it writes before and after the calls are more endpoints than one step of the undo has.
    const between = Array.from({ length: 600 }, (_, index) => `between-${index}`)
    const csv = [
      'Id,ChannelType,Address,Attributes.job',
      'of-user,EMAIL,of-user@x,yes',
      'first,EMAIL,moved-1@x,yes',
      'second,EMAIL,moved-2@x,yes',
      ...between.map(id => `${id},EMAIL,${id}@x,yes`),
      ...['older-taker,EMAIL,,yes', 'also-of-user,EMAIL,,yes', 'younger-taker,EMAIL,,yes'],
    ]
    await s3.put('data', 'a.csv', csv.join('\n'))
    const front = await startHolding(t, s3, 'older-taker,')
    const { client, url } = await startEmulator(t, front.env)
    const app = await createApp(client)
    const put = (id: string, request: object) =>
      putEndpoint(client, app, id, { ChannelType: 'EMAIL', ...request })
    await put('older-taker', { Address: 'older@x' })
    await put('of-user', { Address: 'of-user@x', User: { UserId: 'ann' } })
    await put('first', { Address: 'first@x' })
    await put('second', { Address: 'second@x' })
    await Promise.all(between.map(id => put(id, { Address: `${id}@x` })))
    await put('also-of-user', { Address: 'also@x', User: { UserId: 'ann' } })
    await put('younger-taker', { Address: 'younger@x' })
    await controlOf(url)('POST', '/_pinpoint/faults', { job: {}, failAt: 'COMPLETING', reason: 'told to' })
    const job = await createImportJob(client, app, { S3Url: 's3://data/a.csv' })
    await until(
      async () => (await getEndpoint(client, app, 'between-500'))?.Attributes?.job && true,
      'the first part of the import',
    )
    await put('also-of-user', { User: { UserAttributes: { tier: ['gold'] } } })
    await put('older-taker', { Address: 'first@x' })
    await put('younger-taker', { Address: 'second@x' })
    front.letGo()
    t.match(await waitForJob(client, job), { JobStatus: 'FAILED', TotalProcessed: csv.length - 1 })

    const gold = { UserId: 'ann', UserAttributes: { tier: ['gold'] } }
    const expected = {
      'of-user': { EndpointStatus: 'ACTIVE', Address: 'of-user@x', User: gold },
      'also-of-user': { EndpointStatus: 'ACTIVE', Address: 'also@x', User: gold },
      first: { EndpointStatus: 'INACTIVE', Address: 'first@x' },
      'older-taker': { EndpointStatus: 'ACTIVE', Address: 'first@x' },
      second: { EndpointStatus: 'INACTIVE', Address: 'second@x' },
      'younger-taker': { EndpointStatus: 'ACTIVE', Address: 'second@x' },
    }
    for (const [id, endpoint] of Object.entries(expected)) {
      t.match(await getEndpoint(client, app, id), { ...endpoint, Attributes: {} }, id)
      t.strictSame((await getEndpoint(client, app, id))?.Attributes, {}, id)
    }
  },
)

t.test('an address has one ACTIVE endpoint, in whatever order two jobs end that were about it', async t => {
  const head = 'Id,ChannelType,Address\n'
  for (const [ends, active] of [
    [['mover', 'FAILED', 'taker', 'COMPLETED'], 'taken'],
    [['taker', 'COMPLETED', 'mover', 'FAILED'], 'taken'],
    [['mover', 'FAILED', 'taker', 'FAILED'], 'first'],
    [['taker', 'FAILED', 'mover', 'FAILED'], 'first'],
  ] as const) {
    const buckets = makeBuckets(t)
    await putAll(buckets, 'data', {
      'mover.csv': `${head}first,EMAIL,moved@x\n`,
      'taker.csv': `${head}taken,EMAIL,at@x\n`,
    })
    const { client, url } = await startEmulator(t, { ...buckets.env, MAX_RUNNING_IMPORTS: '2' })
    const { advance, control } = jobsOf(url)
    const app = await createApp(client)
    await putEndpoint(client, app, 'first', { ChannelType: 'EMAIL', Address: 'at@x' })
    await control({ mode: 'manual' })
    const jobs = new Map<string, ImportJobResponse>()
    for (const name of ['mover', 'taker']) {
      const S3Url = `s3://data/${name}.csv`
      if (ends[ends.indexOf(name as 'mover') + 1] === 'FAILED') {
        await controlOf(url)('POST', '/_pinpoint/faults', { job: { s3Url: S3Url }, failAt: 'COMPLETING' })
      }
      const job = await createImportJob(client, app, { S3Url })
      await advance(job, 'PROCESSING')
      jobs.set(name, job)
    }
    await advance(jobs.get(ends[0])!, ends[1])
    await advance(jobs.get(ends[2])!, ends[3])
    const found = await Promise.all(['first', 'taken'].map(id => getEndpoint(client, app, id)))
    const activeThere = found.filter(endpoint => endpoint?.EndpointStatus === 'ACTIVE')
    matchEach(t, activeThere, [{ Id: active, Address: 'at@x' }])
  }
})

t.test('a job that fails leaves none of the custom names that it brought', async t => {
  const attributes = (from: number, to: number) =>
    Object.fromEntries(Array.from({ length: to - from }, (_, index) => [`n${from + index}`, ['x']]))
  const email = (id: string) => ({ ChannelType: 'EMAIL' as const, Address: `${id}@example.com` })
  const line = JSON.stringify({ Id: 'imported', ...email('imported'), Attributes: attributes(0, 250) })
  const buckets = makeBuckets(t)
  await putAll(buckets, 'data', { 'in/1.json': line, 'in/2.json': 'no JSON' })
  const { client } = await startEmulator(t, buckets.env)
  const app = await createApp(client)
  const done = await runImport(client, app, { S3Url: 's3://data/in/', Format: 'JSON' })
  t.match(done, { JobStatus: 'FAILED', TotalProcessed: 2, TotalFailures: 1 })
  await putEndpoint(client, app, 'e', { ...email('e'), Attributes: attributes(1000, 1250) })
  await t.rejects(putEndpoint(client, app, 'f', { ...email('f'), Attributes: attributes(0, 1) }), {
    message: /^Too many custom attributes/,
  })
})
