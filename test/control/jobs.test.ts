import t, { type Test } from 'tap'
import { makeBuckets, putAll } from '../support/buckets.ts'
import { controlOf } from '../support/control.ts'
import {
  buildTestApp,
  createApp,
  isError,
  roleArn,
  runExport,
  runImport,
  startEmulator,
} from '../support/helpers.ts'

/** Two applications with jobs of both types, created one second after the other; newest first. */
async function withJobs(t: Test) {
  let seconds = 0
  const { call, createApp } = buildTestApp(t, { now: () => new Date(Date.UTC(2027, 2, 1, 9, 0, seconds)) })
  const apps = [(await createApp()).Id, (await createApp()).Id]
  const jobs: { app: string; type: string; job: object }[] = []
  for (const [app, type] of [
    ...([
      [0, 'IMPORT'],
      [0, 'EXPORT'],
      [1, 'EXPORT'],
      [1, 'IMPORT'],
    ] as const),
    ...([
      [0, 'IMPORT'],
      [1, 'IMPORT'],
      [0, 'EXPORT'],
    ] as const),
  ]) {
    seconds++
    const request =
      type === 'IMPORT'
        ? { S3Url: 's3://data/users.csv', Format: 'CSV', RoleArn: roleArn }
        : { S3UrlPrefix: 's3://data/out', RoleArn: roleArn }
    const { status, body } = await call('POST', `/v1/apps/${apps[app]}/jobs/${type.toLowerCase()}`, request)
    t.ok(status < 300)
    jobs.unshift({ app: apps[app]!, type, job: body })
  }
  const list = async (query = '') => (await call('GET', `/_pinpoint/jobs${query}`)).body
  return { call, apps, jobs, list }
}

t.test('jobs of all applications and both types are listed, newest first', async t => {
  const { call, apps, jobs, list } = await withJobs(t)
  t.strictSame(await list(), { items: jobs })
  for (const type of ['IMPORT', 'EXPORT']) {
    t.strictSame(await list(`?type=${type}`), { items: jobs.filter(job => job.type === type) })
  }
  for (const app of apps) {
    const own = jobs.filter(job => job.app === app)
    t.strictSame(await list(`?app=${app}`), { items: own })
    t.strictSame(await list(`?app=${app}&running=true`), { items: own })
    t.strictSame(await list(`?app=${app}&running=false`), { items: [] })
    t.strictSame(await list(`?app=${app}&type=EXPORT`), { items: own.filter(job => job.type === 'EXPORT') })
    const { items, nextToken } = await list(`?app=${app}&page-size=1`)
    t.strictSame(await list(`?app=${app}&token=${nextToken}`), { items: own.slice(items.length) })
  }
  await call('DELETE', `/v1/apps/${apps[0]}`)
  t.strictSame(await list(), { items: jobs.filter(job => job.app !== apps[0]) })
  isError(
    t,
    await call('GET', `/_pinpoint/jobs?app=${apps[0]}`),
    404,
    'NotFoundException',
    'Application not found',
  )
})

t.test('pages go on where the last one ended, whatever the filter', async t => {
  const { call, apps, jobs, list } = await withJobs(t)
  for (const filter of ['', 'type=IMPORT&', 'type=EXPORT&', 'status=CREATED&', 'running=true&']) {
    for (const size of [1, 2, 3, 7]) {
      const found = []
      for (let token: string | undefined = ''; token !== undefined; ) {
        const page = await list(`?${filter}page-size=${size}${token}`)
        found.push(...page.items)
        token = page.nextToken && `&token=${page.nextToken}`
      }
      const wanted = jobs.filter(({ type }) => !filter.startsWith('type') || filter.includes(type))
      t.strictSame(found, wanted, `${filter} ${size}`)
    }
  }
  const { nextToken } = await list('?page-size=2')
  const request = { S3UrlPrefix: 's3://data/out', RoleArn: roleArn }
  await call('POST', `/v1/apps/${apps[0]}/jobs/export`, request)
  t.strictSame(await list(`?token=${nextToken}`), { items: jobs.slice(2) }, 'a new job changes nothing')
  const elsewhere = await call('GET', `/_pinpoint/jobs?type=IMPORT&token=${nextToken}`)
  isError(t, elsewhere, 400, 'BadRequestException', /^token must be the NextToken of an earlier page/)
})

t.test('jobs of an unknown type or status are refused', async t => {
  const { call } = buildTestApp(t)
  const wrong = await call('GET', '/_pinpoint/jobs?type=import')
  isError(t, wrong, 400, 'BadRequestException', /^type must be one of IMPORT, EXPORT/)
  const status = await call('GET', '/_pinpoint/jobs?status=DONE')
  isError(t, status, 400, 'BadRequestException', /^status must be one of CREATED, /)
})

t.test('jobs that are over are as GetImportJob and GetExportJob answer them', async t => {
  const buckets = makeBuckets(t)
  await putAll(buckets, 'data', { 'users.csv': 'Id,ChannelType,Address\na,EMAIL,a@example.com\nb,EMAIL,\n' })
  const { client, url } = await startEmulator(t, buckets.env)
  const app = await createApp(client)
  const imported = await runImport(client, app, { S3Url: 's3://data/users.csv', DefineSegment: true })
  const failed = await runImport(client, app, { S3Url: 's3://data/none.csv' })
  const exported = await runExport(client, app)
  const list = async (query: string) => (await controlOf(url)('GET', `/_pinpoint/jobs${query}`)).body.items
  const read = async ({ Id, Type }: { Id?: string | undefined; Type?: string | undefined }) => ({
    app,
    type: Type,
    job: (await controlOf(url)('GET', `/v1/apps/${app}/jobs/${Type!.toLowerCase()}/${Id}`)).body,
  })
  t.strictSame(await list(''), [await read(exported), await read(failed), await read(imported)])
  t.strictSame(await list('?status=FAILED'), [await read(failed)])
  t.strictSame(await list('?running=true'), [])
  t.strictSame(await list(`?running=false&app=${app}&status=FAILED`), [await read(failed)])
  t.equal((await list('?running=false')).length, 3)
  t.strictSame(await list('?status=COMPLETED&type=EXPORT'), [await read(exported)])
})
