import { copyFileSync, existsSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { databaseFile, openStore } from '../../../server/store/open-store.ts'
import { makeFolder } from '../../support/buckets.ts'
import { expectSound } from '../../support/database.ts'
import { appOf } from '../../support/stored-app.ts'

t.test('the write-ahead log of a database that is gone comes into no other', async t => {
  const [old, folder] = [makeFolder(t), makeFolder(t)]
  const gone = openStore(old)
  await gone.write(() => {
    for (let number = 0; number < 2000; number++) gone.apps.create(appOf(`a${number}`))
  })
  for (const file of ['-wal', '-shm']) copyFileSync(databaseFile(old) + file, databaseFile(folder) + file)
  gone.close()
  const store = openStore(folder)
  t.equal(store.apps.find('a1'), undefined)
  store.close()
  expectSound(t, folder)
})

t.test('a database that is a link is where that leads, also where there is none yet', async t => {
  const [folder, elsewhere] = [makeFolder(t), makeFolder(t)]
  const target = join(elsewhere, 'kept.db')
  symlinkSync(target, databaseFile(folder))
  openStore(folder).close()
  t.ok(existsSync(target))
  expectSound(t, folder)
})
