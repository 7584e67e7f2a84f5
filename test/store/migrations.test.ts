import { join } from 'node:path'
import Database from 'better-sqlite3'
import t from 'tap'
import { pageBytes } from '../../server/store/database/schema.ts'
import { endpointRef } from '../../server/store/endpoints/endpoint-key.ts'
import { databaseFile, openStore } from '../../server/store/open-store.ts'
import { memberEndpoint } from '../../server/store/segments/members.ts'
import { databaseBefore } from '../support/older-database.ts'

t.test(
  'imported segments of an older database stay as they were, and can be renewed and renamed',
  async t => {
    const definition = { Format: 'CSV', S3Url: 's3://b/k', RoleArn: 'r', ExternalId: 'e', Size: 1 }
    const json = JSON.stringify(definition)
    const dataDir = databaseBefore(
      join(t.testdir({ data: {} }), 'data'),
      '0009',
      `INSERT INTO apps VALUES (1, 'a', 'arn:a', 'shop', '2026-01-01');
     INSERT INTO import_jobs (seq, app, id, status, definition, segment_id, request_id, creation_date)
       VALUES (1, 1, 'j1', 'COMPLETED', '${json}', 'j1', 'r', '2026-01-02'),
         (2, 1, 'j2', 'COMPLETED', '${json}', 'j1', 'r', '2026-01-03');
     INSERT INTO import_members VALUES (1, 'e1', '{"Id":"e1"}'), (2, 'e2', '{"Id":"e2"}');
     INSERT INTO segments VALUES (7, 1, 'j1', 'arn:a/segments/j1', 'IMPORT', '2026-01-02', 2);
     INSERT INTO segment_versions VALUES (7, 1, NULL, '2026-01-02', '${json}', 1),
       (7, 2, 'named', '2026-01-03', '${json}', 2);
     INSERT INTO tags VALUES ('arn:a/segments/j1', 'team', 'red');`,
    )
    const store = openStore(dataDir)
    t.teardown(() => store.close())
    const app = store.apps.find('a')!
    const segment = {
      ApplicationId: 'a',
      Arn: 'arn:a/segments/j1',
      CreationDate: '2026-01-02',
      Id: 'j1',
      ImportDefinition: definition,
      LastModifiedDate: '2026-01-03',
      Name: 'named',
      SegmentType: 'IMPORT',
      tags: { team: 'red' },
      Version: 2,
    }
    t.same(store.segments.get(app, 'j1'), segment)
    const { Name, ...first } = { ...segment, LastModifiedDate: '2026-01-02', Version: 1 }
    t.same(store.segments.getVersion(app, 'j1', 1), first)
    t.same(
      store.segments.list(app, { before: 100, limit: 10 }).map(({ seq }) => seq),
      [7],
    )
    const membersOf = (version?: number) => {
      const members = store.segmentMembers.find(app, 'j1', version, '2026-01-04')!
      const list = store.segmentMembers.list(app, members, { after: [''], limit: 10 })
      return list.map(member => memberEndpoint(app, member).Id)
    }
    t.same([membersOf(1), membersOf(2), membersOf()], [['e1'], ['e2'], ['e2']])

    await store.write(() => {
      store.segments.update(app, 'j1', { Name: 'renamed' }, '2026-01-04')
      store.segments.create(app, { Id: 'd1', Dimensions: {} }, '2026-01-05')
    })
    t.match(store.segments.get(app, 'j1'), { Name: 'renamed', Version: 3, ImportDefinition: definition })
    t.same(membersOf(), ['e2'])
    const db = new Database(databaseFile(dataDir), { readonly: true })
    t.same(db.pragma('foreign_key_check'), [])
    t.same(db.pragma('integrity_check', { simple: true }), 'ok')
    t.equal(db.pragma('page_size', { simple: true }), pageBytes)
    t.match(db.prepare(`SELECT group_concat(sql) FROM sqlite_master`).pluck().get(), /REFERENCES "segments"/)
    db.close()
  },
)

t.test('an older database with an index of endpoints has a new one, and the same members', async t => {
  const dataDir = databaseBefore(
    t.testdir(),
    '0014',
    `INSERT INTO apps VALUES (1, 'a', 'arn:a', 'shop', '2026-01-01');
     INSERT INTO endpoints (seq, app, id, channel_type, endpoint_status, opt_out, request_id, cohort_id, creation_date, effective_date)
       VALUES (1, 1, 'e1', 'SMS', 'ACTIVE', 'NONE', 'r', '0', '2026-01-01', '2026-01-01'),
         (2, 1, 'e2', 'EMAIL', 'ACTIVE', 'NONE', 'r', '0', '2026-01-01', '2026-01-01');
     INSERT INTO indexed_dimensions VALUES (1, 1, 'ChannelType', NULL);
     INSERT INTO endpoint_terms VALUES (1, 'SMS', 1), (1, 'EMAIL', 2);`,
  )
  const store = openStore(dataDir)
  t.teardown(() => store.close())
  const app = store.apps.find('a')!
  await store.write(() => {
    const Dimensions = { Demographic: { Channel: { Values: ['SMS'] } } }
    store.segments.create(app, { Id: 'd1', Dimensions }, '2026-01-05')
  })
  const query = store.segmentMembers.find(app, 'd1', undefined, '2026-01-06')!
  const dimensions = store.segmentMembers.dimensionsToIndex(app, query)
  t.same(dimensions, ['ChannelType'])
  await store.indexDimensions(app, dimensions)
  const members = store.segmentMembers.list(app, query, { after: [0], limit: 10 })
  t.same(
    members.map(member => memberEndpoint(app, member).Id),
    ['e1'],
  )
})

t.test('endpoints of an older database are found, whatever the case of their ids', async t => {
  const dataDir = databaseBefore(
    t.testdir(),
    '0017',
    `INSERT INTO apps VALUES (1, 'a', 'arn:a', 'shop', '2026-01-01'), (2, 'b', 'arn:b', 'shop', '2026-01-01');
     INSERT INTO endpoints (seq, app, id, spelling, address, endpoint_status, opt_out, request_id, cohort_id, creation_date, effective_date)
       VALUES (1, 1, 'Änne', NULL, 'x', 'ACTIVE', 'NONE', 'r', '0', '2026-01-01', '2026-01-01'),
         (2, 1, 'bob', 'BOB', 'y', 'ACTIVE', 'NONE', 'r', '0', '2026-01-01', '2026-01-01'),
         (3, 2, 'cat', NULL, 'z', 'ACTIVE', 'NONE', 'r', '0', '2026-01-01', '2026-01-01');
     DELETE FROM endpoints WHERE seq = 3;`,
  )
  const store = openStore(dataDir)
  t.teardown(() => store.close())
  const [app, other] = [store.apps.find('a')!, store.apps.find('b')!]
  const ids = ['ÄNNE', 'änne', 'Bob', 'cat'].map(id => store.endpoints.get(app, id)?.endpoint.Id)
  t.same(ids, ['Änne', 'Änne', 'BOB', undefined])
  t.equal(store.endpoints.get(other, 'bob'), undefined)
  const row = store.endpoints.find(app, endpointRef(app.seq, 'bob'))!
  const { folded, key } = endpointRef(app.seq, 'new')
  const created = await store.write(() =>
    store.endpoints.save(app, undefined, { ...row, id: folded, key, spelling: null }, row.turn),
  )
  t.equal(created, 4, 'the row of an endpoint that is gone is not given again')
})

t.test('endpoints of an older database are what they were, and go back to what they were', async t => {
  const dataDir = databaseBefore(
    t.testdir(),
    '0032',
    `INSERT INTO apps VALUES (1, 'a', 'arn:a', 'shop', '2026-01-01');
     INSERT INTO import_jobs (seq, app, id, status, definition, request_id, creation_date, newest_endpoint)
       VALUES (1, 1, 'j1', 'FAILING', '{}', 'r1', '2026-01-02', 1);
     INSERT INTO endpoints (seq, app, key, id, address, channel_type, endpoint_status, opt_out, request_id, cohort_id,
         creation_date, effective_date, turn, import_job)
       SELECT 1, 1, endpoint_key(1, 'e1'), 'e1', 'new', 'SMS', 'ACTIVE', 'NONE', 'r1', '0',
         '2026-01-01T02:03:04.567Z', '2026-01-02T02:03:04.568Z', 2, 1;
     INSERT INTO endpoints_before_import (job, seq, app, id, address, channel_type, endpoint_status, opt_out, request_id, cohort_id,
         creation_date, effective_date, turn)
       VALUES (1, 1, 1, 'e1', 'old', 'SMS', 'ACTIVE', 'NONE', 'r0', '0', '2026-01-01T02:03:04.567Z', '2020-01-01', 1);`,
  )
  const store = openStore(dataDir)
  t.teardown(() => store.close())
  const app = store.apps.find('a')!
  const now = { CreationDate: '2026-01-01T02:03:04.567Z', EffectiveDate: '2026-01-02T02:03:04.568Z' }
  t.match(store.endpoints.get(app, 'e1')?.endpoint, { ...now, Address: 'new', RequestId: 'r1' })
  await store.write(() => store.endpoints.byImport(1).takeBack(app, 10))
  const before = { CreationDate: '2026-01-01T02:03:04.567Z', EffectiveDate: '2020-01-01' }
  t.match(store.endpoints.get(app, 'e1')?.endpoint, { ...before, Address: 'old', RequestId: 'r0' })
})

t.test('an EffectiveDate that an older database has as a REAL is one that segments understand', async t => {
  const dataDir = databaseBefore(
    t.testdir(),
    '0035',
    `INSERT INTO apps VALUES (1, 'a', 'arn:a', 'shop', '2026-01-01');
     INSERT INTO endpoints (seq, app, key, id, endpoint_status, opt_out, own_request_id, creation_date, effective_date, turn)
       SELECT 1, 1, endpoint_key(1, 'e1'), 'e1', 'ACTIVE', 'NONE', 'r1', 1767571200000, 1767571200000.0, 1;
     INSERT INTO endpoint_stretches VALUES (1, 0);
     INSERT INTO indexed_dimensions (app, name) VALUES (1, 'EffectiveDate');`,
  )
  const store = openStore(dataDir)
  t.teardown(() => store.close())
  const app = store.apps.find('a')!
  await store.write(() => {
    const Dimensions = { Behavior: { Recency: { RecencyType: 'ACTIVE', Duration: 'DAY_7' } } } as const
    store.segments.create(app, { Id: 'd1', Dimensions }, '2026-01-05')
  })
  const query = store.segmentMembers.find(app, 'd1', undefined, '2026-01-06')!
  await store.indexDimensions(app, store.segmentMembers.dimensionsToIndex(app, query))
  const members = store.segmentMembers.list(app, query, { after: [0], limit: 10 })
  t.match(
    members.map(member => memberEndpoint(app, member)),
    [{ Id: 'e1', EffectiveDate: '2026-01-05T00:00:00.000Z' }],
  )
})

t.test(
  'failures of an older database are listed as they were, without what was not known of them',
  async t => {
    const dataDir = databaseBefore(
      t.testdir(),
      '0037',
      `INSERT INTO apps VALUES (1, 'a', 'arn:a', 'shop', '2026-01-01');
     INSERT INTO import_jobs (seq, app, id, status, definition, request_id, creation_date, total_failures)
       VALUES (1, 1, 'j1', 'COMPLETED', '{}', 'r1', '2026-01-02', 1);
     INSERT INTO import_failures (job, object, line, record, reason)
       VALUES (1, 'a.csv', 2, 'x', 'bad'), (1, 'a.csv', NULL, NULL, 'none of them');`,
    )
    const store = openStore(dataDir)
    t.teardown(() => store.close())
    const app = store.apps.find('a')!
    t.match(store.importJobs.find(app, 'j1'), {
      job: { Failures: ['a.csv: none of them', 'a.csv line 2: bad'] },
      skipped: { total: 0, items: [] },
    })
    t.match(store.importJobs.failures(1, [0, 0], 10), [
      { value: { line: undefined, number: undefined, reason: 'none of them' } },
      { value: { line: 2, number: undefined, id: undefined, record: 'x', reason: 'bad' } },
    ])
  },
)
