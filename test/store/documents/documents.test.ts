import t, { type Test } from 'tap'
import { createApps } from '../../../server/store/applications/applications.ts'
import { createTags } from '../../../server/store/applications/tags.ts'
import { createDocuments } from '../../../server/store/documents/documents.ts'
import { memoryDatabase } from '../../support/database.ts'
import { appOf } from '../../support/stored-app.ts'

const now = '2026-01-02T03:04:05.678Z'
const everything = { limit: 10, before: Number.MAX_SAFE_INTEGER }

/** Two applications, and documents of two kinds: notes are in an application, letters in the account. */
function withDocuments(t: Test) {
  const db = memoryDatabase(t)
  const tags = createTags(db)
  const apps = createApps(db, tags)
  const [one, other] = ['one', 'other'].map(Id => {
    apps.create(appOf(Id))
    return apps.find(Id)!
  })
  const documentsOf = createDocuments(db, tags)
  const notes = documentsOf('segment', (_app, { body }) => body)
  const letters = documentsOf<object, object, null>('template', (_owner, { body }) => body)
  return { tags, one: one!, other: other!, documentsOf, notes, letters }
}

const called = <Body extends object>(id: string, body: Body) => ({ id, arn: `arn:${id}`, body, tags: {} })

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

t.test('a version can be added without becoming the current one, which another call makes it', async t => {
  const { one, notes } = withDocuments(t)
  notes.create(one, called('a', { text: 1 }), now)
  t.equal(notes.addVersion(one, 'a', { text: 2 }, now).version, 2)
  t.strictSame(notes.get(one, 'a'), { text: 1 })
  t.strictSame(notes.getVersion(one, 'a', 2), { text: 2 })
  notes.makeCurrent(one, 'a', 2)
  t.strictSame(notes.get(one, 'a'), { text: 2 })
  t.equal(notes.update(one, 'a', { text: 3 }, now).version, 3)
  t.strictSame(notes.get(one, 'a'), { text: 3 })
})

t.test('the number of a deleted version is not used again', async t => {
  const { one, notes } = withDocuments(t)
  notes.create(one, called('a', { text: 1 }), now)
  notes.addVersion(one, 'a', { text: 2 }, now)
  t.equal(notes.highestVersion(one, 'a'), 2)
  t.equal(notes.highestVersion(one, 'a', 2), 1)
  notes.deleteVersion(one, 'a', 2)
  t.equal(notes.getVersion(one, 'a', 2), undefined)
  t.equal(notes.highestVersion(one, 'a'), 1)
  t.equal(notes.highestVersion(one, 'a', 1), undefined)
  t.equal(notes.highestVersion(one, 'b'), undefined)
  t.equal(notes.addVersion(one, 'a', { text: 3 }, now).version, 3)
})

t.test('a version that is replaced keeps the date of its creation', async t => {
  const { documentsOf } = withDocuments(t)
  const drafts = documentsOf<object, object, null>('template', (_owner, document) => document)
  const later = '2026-01-03T00:00:00.000Z'
  drafts.create(null, called('a', { text: 1 }), now)
  drafts.addVersion(null, 'a', { text: 2 }, later)
  const latest = '2026-01-04T00:00:00.000Z'
  drafts.replaceVersion(null, 'a', 2, { text: 'new' }, latest)
  const document = { id: 'a', arn: 'arn:a', creationDate: now, tags: {} }
  t.strictSame(drafts.get(null, 'a'), {
    ...document,
    version: 1,
    versionDate: now,
    lastModifiedDate: now,
    body: { text: 1 },
  })
  t.strictSame(drafts.getVersion(null, 'a', 2), {
    ...document,
    version: 2,
    versionDate: later,
    lastModifiedDate: latest,
    body: { text: 'new' },
  })
})

t.test('documents are listed in the order of their ids, those that match a pattern', async t => {
  const { one, other, notes, letters } = withDocuments(t)
  for (const id of ['b', 'ab', 'a', 'B', 'a-b', 'a0', 'gone']) notes.create(one, called(id, { id }), now)
  notes.delete(one, 'gone')
  notes.create(other, called('a1', {}), now)
  letters.create(null, called('a2', {}), now)
  const ids = (glob: string, after = '', limit = 10) =>
    notes.listById(one, glob, { limit, after }).map(body => (body as { id: string }).id)
  t.strictSame(ids('*'), ['B', 'a', 'a-b', 'a0', 'ab', 'b'])
  t.strictSame(ids('a*'), ['a', 'a-b', 'a0', 'ab'])
  t.strictSame(ids('a*', 'a-b'), ['a0', 'ab'])
  t.strictSame(ids('*', 'a', 2), ['a-b', 'a0'])
  t.strictSame(ids('a+*'), [])
})

t.test('lists give only the members of a body that they are to give', async t => {
  const { documentsOf } = withDocuments(t)
  const bodies = documentsOf<{ title?: string; more?: object; text: string }, object, null>(
    'template',
    (_owner, { body }) => body,
    ['title', 'more'],
  )
  const title = 'a "title" \u0000 \ud800 \u2028 é'
  bodies.create(null, called('a', { title, more: { list: [1, null] }, text: 'x' }), now)
  bodies.create(null, called('b', { text: 'y' }), now)
  t.strictSame(bodies.get(null, 'a'), { title, more: { list: [1, null] }, text: 'x' })
  const listed = [{ title, more: { list: [1, null] } }, {}]
  t.strictSame(bodies.listById(null, '*', { limit: 10, after: '' }), listed)
  t.strictSame(
    bodies.list(null, everything).map(({ value }) => value),
    listed.toReversed(),
  )
  t.strictSame(
    bodies.listVersions(null, 'b', everything).map(({ value }) => value),
    [{}],
  )
})
