import { join } from 'node:path'
import Database from 'better-sqlite3'
import t, { type Test } from 'tap'
import { diskTrouble } from '../../server/process/disk-errors.ts'

/** What SQLite throws. */
function thrownBy(t: Test, work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  t.fail('nothing was thrown')
}

t.test('what is wrong with the disk is told as such, and nothing else is', async t => {
  const file = join(t.testdir(), 'a.db')
  const db = new Database(file)
  t.teardown(() => db.close())
  db.exec('CREATE TABLE a (b INTEGER NOT NULL)')
  const readonly = new Database(file, { readonly: true })
  t.teardown(() => readonly.close())
  const fill = () =>
    db.exec('INSERT INTO a WITH RECURSIVE n AS (SELECT 1 UNION ALL SELECT 1 FROM n) SELECT * FROM n')
  db.pragma('max_page_count = 3')
  t.equal(
    diskTrouble(thrownBy(t, fill)),
    'the disk that holds DATA_DIR is full (SQLITE_FULL: database or disk is full)',
  )
  t.equal(
    diskTrouble(thrownBy(t, () => readonly.exec('DELETE FROM a'))),
    'DATA_DIR cannot be written any more (SQLITE_READONLY: attempt to write a readonly database)',
  )
  t.equal(
    diskTrouble(thrownBy(t, () => new Database(t.testdir()))),
    'the database in DATA_DIR cannot be opened (SQLITE_CANTOPEN: unable to open database file)',
  )
  t.equal(diskTrouble(thrownBy(t, () => db.exec('INSERT INTO a VALUES (NULL)'))), undefined)
  t.equal(diskTrouble(new Error('something else')), undefined)
  t.equal(diskTrouble(undefined), undefined)
})
