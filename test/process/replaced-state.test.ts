import { readdirSync, readFileSync, statSync } from 'node:fs'
import Database from 'better-sqlite3'
import t from 'tap'
import { databaseFile, openStore } from '../../server/store/open-store.ts'
import { makeFolder } from '../support/buckets.ts'
import { startEmulator, until } from '../support/helpers.ts'
import { rowsIn } from '../support/rows.ts'
import { spawnEmulator } from '../support/spawn.ts'

t.test('killed while it puts a snapshot in place, the emulator has the one state or the other', async t => {
  const [dataDir, other] = [makeFolder(t), makeFolder(t)]
  openStore(dataDir).close()
  const large = openStore(other)
  // More than SQLite keeps in memory, so that it has written half of it when it is killed.
  await large.write(() => {
    for (let n = 0; n < 220; n++) large.tags.put(`arn:${n}`, { key: 'v'.repeat(100_000) })
  })
  large.close()

  const emulator = await spawnEmulator(t, { DATA_DIR: dataDir })
  const body = readFileSync(databaseFile(other))
  const put = fetch(`${emulator.url}/_pinpoint/snapshot`, { method: 'PUT', body }).catch(() => undefined)
  const log = `${databaseFile(dataDir)}-wal`
  await until(() => (statSync(log).size > 2 * 1024 * 1024 ? true : undefined), 'a part to be written')
  await emulator.end('SIGKILL')
  await put

  const db = new Database(databaseFile(dataDir))
  t.equal(db.pragma('integrity_check', { simple: true }), 'ok')
  db.close()
  const rows = rowsIn(dataDir)
  t.ok([{}, { tags: 220 }].some(state => JSON.stringify(state) === JSON.stringify(rows)))
  await startEmulator(t, { DATA_DIR: dataDir })
  t.strictSame(rowsIn(dataDir), rows)
  t.strictSame(
    readdirSync(dataDir).filter(name => name.startsWith('snapshot')),
    [],
  )
})
