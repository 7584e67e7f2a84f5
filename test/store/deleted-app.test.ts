import {
  CreateSegmentCommand,
  DeleteAppCommand,
  DeleteEndpointCommand,
  PutEventStreamCommand,
  TagResourceCommand,
  UpdateApplicationSettingsCommand,
} from '@aws-sdk/client-pinpoint'
import Database from 'better-sqlite3'
import t from 'tap'
import { databaseFile, openStore } from '../../server/store/open-store.ts'
import { makeBuckets, makeFolder, putAll } from '../support/buckets.ts'
import { jobsOf } from '../support/control.ts'
import {
  createApp,
  createImportJob,
  roleArn,
  runExport,
  runImport,
  startEmulator,
  until,
} from '../support/helpers.ts'
import { csvOf, defineSegment } from '../support/reads.ts'
import { rowsIn } from '../support/rows.ts'

/** Tables of which no row belongs to an application. */
const ofEmulator = ['faults', 'job_control']

/** Opens a database as this version makes it. */
function openSchema(dataDir: string) {
  openStore(dataDir).close()
  return new Database(databaseFile(dataDir), { readonly: true })
}

const tablesIn = (db: Database.Database) =>
  db
    .prepare<[], string>(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`)
    .pluck()
    .all()

t.test('no table holds a row of an application that was deleted', async t => {
  const dataDir = makeFolder(t)
  const buckets = makeBuckets(t)
  await putAll(buckets, 'data', {
    'some.csv': `${csvOf('e1', 'e2')}bad,EMAIL,\n`,
    'users.csv': 'User.UserId\nann',
    'ann.csv': 'Id,ChannelType,Address,User.UserId,Attributes.plan\nann-1,EMAIL,ann@example.com,ann,pro',
  })
  const { client, url } = await startEmulator(t, { ...buckets.env, DATA_DIR: dataDir })
  const ApplicationId = await createApp(client)

  const ResourceArn = `arn:aws:mobiletargeting:us-east-1:123456789012:apps/${ApplicationId}`
  await client.send(new TagResourceCommand({ ResourceArn, TagsModel: { tags: { team: 'red' } } }))
  await client.send(
    new UpdateApplicationSettingsCommand({
      ApplicationId,
      WriteApplicationSettingsRequest: { Limits: { Daily: 1 } },
    }),
  )
  const DestinationStreamArn = 'arn:aws:kinesis:us-east-1:123456789012:stream/s'
  await client.send(
    new PutEventStreamCommand({
      ApplicationId,
      WriteEventStream: { DestinationStreamArn, RoleArn: roleArn },
    }),
  )
  await client.send(
    new CreateSegmentCommand({ ApplicationId, WriteSegmentRequest: { Name: 'all', tags: { team: 'blue' } } }),
  )
  await defineSegment(t, client, ApplicationId, 's3://data/ann.csv')
  await defineSegment(t, client, ApplicationId, 's3://data/users.csv')
  await defineSegment(t, client, ApplicationId, 's3://data/some.csv')
  await runImport(client, ApplicationId, {
    ...{ S3Url: 's3://data/ann.csv', DefineSegment: true, RegisterEndpoints: false },
  })
  await client.send(new DeleteEndpointCommand({ ApplicationId, EndpointId: 'ann-1' }))
  await runExport(client, ApplicationId)
  // One that has overwritten endpoints, and is not over.
  const { control, advance } = jobsOf(url)
  await control({ mode: 'manual' })
  await advance(await createImportJob(client, ApplicationId, { S3Url: 's3://data/some.csv' }), 'PROCESSING')

  const schema = openSchema(makeFolder(t))
  t.teardown(() => schema.close())
  const empty = tablesIn(schema).filter(table => !ofEmulator.includes(table) && !(table in rowsIn(dataDir)))
  t.strictSame(empty, [], 'every table has rows before; fill a new one here')

  await client.send(new DeleteAppCommand({ ApplicationId }))
  const left = () => Object.keys(rowsIn(dataDir)).filter(table => !ofEmulator.includes(table))
  await until(() => left().length === 0 || undefined, 'all rows to be purged').catch(() => {})
  t.strictSame(left(), [])
})

t.test('purging finds what refers to a row by an index', async t => {
  const db = openSchema(makeFolder(t))
  t.teardown(() => db.close())
  for (const table of tablesIn(db)) {
    const keys = db.pragma(`foreign_key_list(${table})`) as { id: number; from: string; to: string | null }[]
    for (const id of new Set(keys.map(key => key.id))) {
      const columns = keys.filter(key => key.id === id)
      const from = columns.map(key => key.from)
      t.ok(
        columns.every(key => key.to !== null),
        `the foreign key ${table} (${from}) says to which columns`,
      )
      const where = from.map(column => `${column} = +?`).join(' AND ')
      const plan = db
        .prepare<unknown[], { detail: string }>(
          `EXPLAIN QUERY PLAN DELETE FROM ${table} WHERE ${where} LIMIT +?`,
        )
        .all(...from.map(() => 1), 1)
        .map(({ detail }) => detail)
      t.notMatch(plan.join('; '), /SCAN/, `${table} (${from}): ${plan.join('; ')}`)
    }
  }
})
