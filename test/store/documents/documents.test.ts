import Database from 'better-sqlite3'
import t, { type Test } from 'tap'
import { createApps } from '../../../server/store/applications/applications.ts'
import { createTags } from '../../../server/store/applications/tags.ts'
import { emptyDatabase } from '../../../server/store/database/schema.ts'
import { createDocuments } from '../../../server/store/documents/documents.ts'

const now = '2026-01-02T03:04:05.678Z'
const everything = { limit: 10, before: Number.MAX_SAFE_INTEGER }

/** Two applications, and documents of two kinds: note in an application, letter in the account. */
function withDocuments(t: Test) {
  const db = new Database(emptyDatabase())
  db.pragma('foreign_keys = ON')
  t.teardown(() => db.close())
  const tags = createTags(db)
  const apps = createApps(db, tags)
  const [one, other] = ['one', 'other'].map(Id => {
    apps.create({ Id, Arn: `arn:${Id}`, Name: Id, CreationDate: now, tags: {} })
    return apps.find(Id)!
  })
  const notes = createDocuments(db, tags, 'note', (_app, { body }) => body)
  const letters = createDocuments<object, object, null>(db, tags, 'letter', (_owner, { body }) => body)
  return { tags, one: one!, other: other!, notes, letters }
}

const called = (id: string, body: object) => ({ id, arn: `arn:${id}`, body, tags: {} })

t.test('an id is unique among the documents of its kind in its application', async t => {
  const { one, other, notes, letters } = withDocuments(t)
  notes.create(one, called('a', { of: 'one' }), now)
  notes.create(other, called('a', { of: 'other' }), now)
  letters.create(null, called('a', { of: 'account' }), now)
  t.throws(() => notes.create(one, called('a', {}), now), { code: 'SQLITE_CONSTRAINT_UNIQUE' })
  t.throws(() => letters.create(null, called('a', {}), now), { code: 'SQLITE_CONSTRAINT_UNIQUE' })
  t.strictSame(notes.get(one, 'a'), { of: 'one' })
  t.strictSame(notes.get(other, 'a'), { of: 'other' })
  t.strictSame(letters.get(null, 'a'), { of: 'account' })
  t.equal(notes.get(one, 'b'), undefined)
  t.equal(notes.list(one, everything).length, 1)
  t.equal(letters.list(null, everything).length, 1)
})

t.test('a document of the account has versions as one of an application has', async t => {
  const { letters } = withDocuments(t)
  letters.create(null, called('a', { text: 1 }), now)
  letters.update(null, 'a', { text: 2 }, now)
  letters.update(null, 'a', { text: 3 }, now)
  letters.create(null, called('b', { text: 'b' }), now)
  const bodies = (listed: { seq: number; value: object }[]) => listed.map(({ value }) => value)
  t.strictSame(letters.get(null, 'a'), { text: 3 })
  t.strictSame(letters.getVersion(null, 'a', 2), { text: 2 })
  t.equal(letters.getVersion(null, 'a', 4), undefined)
  t.strictSame(bodies(letters.list(null, everything)), [{ text: 'b' }, { text: 3 }])
  const [newest, second] = letters.listVersions(null, 'a', { ...everything, limit: 2 })
  t.strictSame(
    [newest, second],
    [3, 2].map(version => ({ seq: version, value: { text: version } })),
  )
  t.strictSame(bodies(letters.listVersions(null, 'a', { ...everything, before: 2 })), [{ text: 1 }])
})

t.test('a deleted document leaves its id, without its versions and tags, to another', async t => {
  const { letters, tags } = withDocuments(t)
  letters.create(null, { ...called('a', { text: 1 }), tags: { team: 'x' } }, now)
  letters.update(null, 'a', { text: 2 }, now)
  letters.delete(null, 'a')
  t.equal(letters.get(null, 'a'), undefined)
  t.strictSame(letters.list(null, everything), [])
  t.strictSame(letters.listVersions(null, 'a', everything), [])
  letters.create(null, called('a', { text: 'again' }), now)
  t.strictSame(letters.listVersions(null, 'a', everything), [{ seq: 1, value: { text: 'again' } }])
  t.strictSame(tags.get('arn:a'), {})
})
