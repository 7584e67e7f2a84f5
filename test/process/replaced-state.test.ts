import { readdirSync, statSync } from 'node:fs'
import t from 'tap'
import { databaseFile, openStore } from '../../server/store/open-store.ts'
import { makeFolder } from '../support/buckets.ts'
import { countRows, expectSound } from '../support/database.ts'
import { startEmulator, until } from '../support/helpers.ts'
import { largeSnapshot } from '../support/large-snapshot.ts'
import { spawnEmulator } from '../support/spawn.ts'

t.test(
  'an emulator that is killed while it restores a snapshot has the old state or the new one',
  async t => {
    const dataDir = makeFolder(t)
    openStore(dataDir).close()
    // More than SQLite's cache holds, so that a part of it is written when the emulator is killed.
    const body = await largeSnapshot(t, 22)
    const emulator = await spawnEmulator(t, { DATA_DIR: dataDir })
    const put = fetch(`${emulator.url}/_pinpoint/snapshot`, { method: 'PUT', body }).catch(() => undefined)
    const log = `${databaseFile(dataDir)}-wal`
    await until(() => (statSync(log).size > 2 * 1024 * 1024 ? true : undefined), 'a part to be written')
    await emulator.end('SIGKILL')
    await put

    expectSound(t, dataDir)
    const rows = countRows(dataDir)
    t.ok([{}, { tags: 220 }].some(state => JSON.stringify(state) === JSON.stringify(rows)))
    await startEmulator(t, { DATA_DIR: dataDir })
    t.strictSame(countRows(dataDir), rows)
    t.strictSame(
      readdirSync(dataDir).filter(name => name.startsWith('snapshot')),
      [],
    )
  },
)
