import type { PinpointClient } from '@aws-sdk/client-pinpoint'
import t, { type Test } from 'tap'
import { makeBuckets, putAll } from '../support/buckets.ts'
import { controlOf } from '../support/control.ts'
import { csvOf } from '../support/endpoint-files.ts'
import { createApp, isError, runExport, runImport, startEmulator } from '../support/helpers.ts'
import { matchEach } from '../support/items.ts'

const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
const straight = [
  ...['CREATED', 'PREPARING_FOR_INITIALIZATION', 'INITIALIZING', 'PROCESSING', 'COMPLETING', 'COMPLETED'],
]

/** Subtests over one emulator and one application. */
async function withJobs(t: Test, objects: Record<string, string>, env: Record<string, string> = {}) {
  const buckets = makeBuckets(t)
  await putAll(buckets, 'data', objects)
  const { client, url } = await startEmulator(t, { ...buckets.env, ...env })
  const app = await createApp(client)
  return { client: client as PinpointClient, app, call: controlOf(url), jobs: `/_pinpoint/apps/${app}` }
}

t.test('what is answered of one job', async t => {
  const bad = (count: number, from = 0) =>
    Array.from({ length: count }, (_, index) => `bad${from + index},EMAIL,`).join('\n')
  const { client, app, call, jobs } = await withJobs(
    t,
    {
      'good.csv': csvOf('e1', 'e2', 'e3'),
      'bad.csv': `${csvOf('e1')}\n${bad(250)}`,
      'p/1.csv': csvOf('e1', 'e2', 'e3', 'e4'),
      'p/2.csv': `Id,ChannelType,Address\n${bad(3)}`,
    },
    { PIECE_BYTES: '50' },
  )

  await t.test('one import is answered with its pieces, and the time of each of its states', async t => {
    const job = await runImport(client, app, { S3Url: 's3://data/p/' })
    const { status, body } = await call('GET', `${jobs}/import-jobs/${job.Id}`)
    t.equal(status, 200)
    t.same(body.job, job, 'the job is as GetImportJob answers it')
    t.same(
      body.history.map(({ status }: { status: string }) => status),
      [...straight.slice(0, 4), 'FAILING', 'FAILED'],
    )
    const times: string[] = body.history.map(({ at }: { at: string }) => at)
    for (const at of times) t.match(at, iso)
    t.same(times, times.toSorted())
    t.same([times[0], times.at(-1)], [job.CreationDate, job.CompletionDate])

    t.equal(body.pieces.length, job.TotalPieces)
    t.same(
      body.pieces.map(({ index }: { index: number }) => index),
      [...body.pieces.keys()],
    )
    t.same(
      body.pieces.map(({ object, status }: { object: string; status: string }) => `${object} ${status}`),
      ['p/1.csv COMPLETED', 'p/1.csv COMPLETED', 'p/1.csv COMPLETED', 'p/2.csv FAILED', 'p/2.csv FAILED'],
    )
    const [one, two, three, , last] = body.pieces
    t.same([one.start, two.start, three.start], [0, one.end, two.end])
    t.same([one.processed + two.processed + three.processed, last.processed, last.failed], [4, 2, 2])
    t.match(body.failures.items[0], {
      object: 'p/2.csv',
      reason: /^none of the 1 records in the piece/,
      line: undefined,
    })
    t.equal(body.nextPiece, undefined)
    const from = await call('GET', `${jobs}/import-jobs/${job.Id}?from-piece=3`)
    t.same(from.body.pieces, body.pieces.slice(3))
  })

  await t.test('one import is answered with all its failures, in pages', async t => {
    const job = await runImport(client, app, { S3Url: 's3://data/bad.csv' })
    t.equal(job.JobStatus, 'FAILED')
    const page = async (query: string) =>
      (await call('GET', `${jobs}/import-jobs/${job.Id}?${query}`)).body.failures
    const all: { line?: number; number?: number; object: string; record?: string; reason: string }[] = []
    let pages = 0
    for (let token = ''; token !== undefined; pages++) {
      const { items, nextToken } = await page(`page-size=70${token && `&token=${token}`}`)
      all.push(...items)
      token = nextToken
    }
    const ofRecords = all.filter(({ line }) => line !== undefined)
    t.equal(pages, Math.ceil(all.length / 70))
    t.same(
      ofRecords.map(({ line }) => line),
      Array.from({ length: 250 }, (_, index) => index + 4),
    )
    t.same(
      ofRecords.map(({ number }) => number),
      Array.from({ length: 250 }, (_, index) => index + 2),
    )
    t.equal(
      all.findIndex(({ line }) => line !== undefined),
      all.length - 250,
      'those of records come last',
    )
    t.same(ofRecords[0], {
      object: 'bad.csv',
      line: 4,
      number: 2,
      id: 'bad0',
      record: 'bad0,EMAIL,',
      reason: 'Missing Address',
    })
    t.equal((await page('')).items.length, 100)
    t.equal(job.Failures?.length, 100, 'GetImportJob shows no more')
  })

  await t.test('one export is answered with its history and its pieces', async t => {
    await runImport(client, app, { S3Url: 's3://data/good.csv' })
    const job = await runExport(client, app, { S3UrlPrefix: 's3://data/out' })
    const { status, body } = await call('GET', `${jobs}/export-jobs/${job.Id}`)
    t.equal(status, 200)
    t.same(body.job, job)
    t.same(
      body.history.map(({ status }: { status: string }) => status),
      straight,
    )
    t.same(
      body.pieces,
      [0, 1, 2].map(index => ({
        index,
        object: `out/${job.Id}-0000${index}.gz`,
        status: 'COMPLETED',
        endpoints: 1,
      })),
    )
  })

  await t.test('a job that does not exist is a 404', async t => {
    const job = await runImport(client, app, { S3Url: 's3://data/good.csv' })
    const other = await createApp(client)
    for (const [path, message] of [
      [`/_pinpoint/apps/${app}/import-jobs/none`, 'Import job not found: none'],
      [`/_pinpoint/apps/${app}/export-jobs/${job.Id}`, `Export job not found: ${job.Id}`],
      [`/_pinpoint/apps/${other}/import-jobs/${job.Id}`, `Import job not found: ${job.Id}`],
      [`/_pinpoint/apps/none/import-jobs/${job.Id}`, 'Application not found'],
    ] as const) {
      isError(t, await call('GET', path), 404, 'NotFoundException', message)
    }
    const page = `${jobs}/import-jobs/${job.Id}`
    for (const [query, message] of [
      ['token=no', /^token must be the NextToken of an earlier page/],
      ['page-size=0', /^page-size must be a whole number from 1 to 1000; got "0"/],
      ['from-piece=x', 'from-piece must be a whole number from 0; got "x"'],
    ] as const) {
      isError(t, await call('GET', `${page}?${query}`), 400, 'BadRequestException', message)
    }
  })
})

t.test('a failure says which record of its object it is of, and the Id in it', async t => {
  const { client, app, call, jobs } = await withJobs(t, {
    'in/1.csv': [
      'ChannelType,Id,Address,Metrics.m',
      ...['EMAIL,e1,a,1', 'EMAIL,,b,', 'EMAIL,e2,,', '', 'EMAIL,,,', 'EMAIL,e3,c,x', 'EMAIL,e4,d,1,too many'],
      ...['"', `EMAIL,${'i'.repeat(300)},,`],
    ].join('\n'),
    'in/2.csv': 'Id,ChannelType,Address\ne5,EMAIL,e\ne6,,\n',
    'users/1.csv': 'User.UserId\nann bob\n',
    'list/1.json': '\n[\n{"Id":"e1"},\n{"Id":"e2"}]',
  })
  const failuresOf = async (S3Url: string, Format: 'CSV' | 'JSON' = 'CSV') => {
    const job = await runImport(client, app, { S3Url, Format })
    const { failures } = (await call('GET', `${jobs}/import-jobs/${job.Id}`)).body
    t.same(
      failures.items.map(({ object, line, reason }: Record<string, string>) =>
        line === undefined ? `${object}: ${reason}` : `${object} line ${line}: ${reason}`,
      ),
      job.Failures,
    )
    return failures.items
  }
  const told = ({ object, line, number, id }: Record<string, unknown>) => [object, line, number, id]
  t.same((await failuresOf('s3://data/in/')).map(told), [
    ['in/1.csv', 4, 3, 'e2'],
    ['in/1.csv', 6, 4, undefined],
    ['in/1.csv', 7, 5, 'e3'],
    ['in/1.csv', 8, 6, 'e4'],
    ['in/1.csv', 9, 7, undefined],
    ['in/1.csv', 10, 8, 'i'.repeat(256)],
    ['in/2.csv', 3, 2, 'e6'],
  ])
  t.same((await failuresOf('s3://data/users/')).map(told), [
    ['users/1.csv', undefined, undefined, undefined],
    ['users/1.csv', 2, 1, undefined],
    ['users/1.csv', 2, 2, undefined],
  ])
  matchEach(t, await failuresOf('s3://data/list/', 'JSON'), [
    { object: 'list/1.json', line: 2, number: undefined, record: undefined, reason: /is a JSON list/ },
  ])
})

t.test(
  'the id of a failed record is the one that it gives, and none that is made of its address',
  async t => {
    const { client, app, call, jobs } = await withJobs(t, {
      'crowd.csv': `User.UserId,ChannelType,Address,Id\n${Array.from({ length: 15 }, (_, n) => `u,EMAIL,a${n},`).join('\n')}`,
      'more.csv': 'User.UserId,ChannelType,Address,Id\nu,EMAIL,b,\nu,EMAIL,c,mine\nv,EMAIL,d,\n',
    })
    t.match(await runImport(client, app, { S3Url: 's3://data/crowd.csv' }), { TotalFailures: 0 })
    const job = await runImport(client, app, { S3Url: 's3://data/more.csv' })
    const { failures } = (await call('GET', `${jobs}/import-jobs/${job.Id}`)).body
    matchEach(t, failures.items, [
      { number: 1, id: undefined, reason: /^Exceeded/ },
      { number: 2, id: 'mine', reason: /^Exceeded/ },
    ])
    t.equal('id' in failures.items[0], false)
  },
)

t.test('one import is answered with what it has skipped, and why', async t => {
  const { client, app, call, jobs } = await withJobs(t, {
    'in/a.csv': csvOf('e1'),
    'in/b.json': '{}',
    'none/b.json': '{}',
    'none/c.zip': 'x',
  })
  const pageOf = async (S3Url: string) => {
    const job = await runImport(client, app, { S3Url })
    return (await call('GET', `${jobs}/import-jobs/${job.Id}`)).body
  }
  t.match(await pageOf('s3://data/in/'), {
    job: { JobStatus: 'COMPLETED', Failures: undefined },
    skipped: [{ object: 'in/b.json', reason: 'its name says that it is JSON' }],
    skippedTotal: 1,
  })
  t.match(await pageOf('s3://data/none/'), {
    job: {
      JobStatus: 'FAILED',
      Failures: [
        /nothing to import: .* \(skipped: none\/b\.json, as its name says that it is JSON, and 1 more\)$/,
      ],
    },
    skippedTotal: 2,
  })
  t.match(await pageOf('s3://data/in/a.csv'), { skipped: { length: 0 }, skippedTotal: 0 })
})
