import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { databaseFile } from '../../server/store/open-store.ts'
import { makeFolder } from '../support/buckets.ts'
import { createApp, until } from '../support/helpers.ts'
import { runMain, spawnEmulator } from '../support/spawn.ts'

const skip = process.platform === 'win32' && 'Windows has no such permissions'

const mode = (path: string) => (statSync(path).mode & 0o777).toString(8)

/**
 * Has the processes that a test starts make files that everybody may read and write, unless they say
 * otherwise.
 */
function allowAll(t: Test): void {
  const before = process.umask(0)
  t.teardown(() => process.umask(before))
}

t.test(
  "a data folder that the emulator makes is its user's alone, and git passes it over",
  { skip },
  async t => {
    allowAll(t)
    const parent = join(makeFolder(t), 'state')
    const dataDir = join(parent, 'pinpoint')
    const { client, url } = await spawnEmulator(t, { DATA_DIR: dataDir })
    await createApp(client)
    t.equal(mode(dataDir), '700')
    t.equal(mode(parent), '777', 'one above it is as any other')
    t.equal(readFileSync(join(dataDir, '.gitignore'), 'utf8'), '*\n')

    const body = Buffer.from(await (await fetch(`${url}/_pinpoint/snapshot`)).arrayBuffer())
    const put = request(`${url}/_pinpoint/snapshot`, {
      method: 'PUT',
      headers: { 'content-length': body.length },
    })
    put.on('error', () => {})
    put.write(body.subarray(0, 50_000))
    const upload = () => readdirSync(dataDir).find(name => name.startsWith('snapshot'))
    const uploaded = await until(upload, 'the snapshot to arrive')
    for (const name of ['pinpoint.db', 'pinpoint.db-wal', 'pinpoint.db-shm', 'pinpoint.lock', uploaded]) {
      t.equal(mode(join(dataDir, name)), '600', name)
    }
    put.destroy()
  },
)

t.test('a data folder that is there already keeps its permissions, but for its files', { skip }, async t => {
  allowAll(t)
  const dataDir = join(makeFolder(t), 'mine')
  mkdirSync(dataDir)
  chmodSync(dataDir, 0o755)
  await spawnEmulator(t, { DATA_DIR: dataDir })
  t.equal(mode(dataDir), '755')
  t.notOk(existsSync(join(dataDir, '.gitignore')))
  t.equal(mode(databaseFile(dataDir)), '600')
})

t.test("a database that is made where a link leads is its user's alone, too", { skip }, async t => {
  allowAll(t)
  const [dataDir, elsewhere] = [makeFolder(t), makeFolder(t)]
  symlinkSync(join(elsewhere, 'kept.db'), databaseFile(dataDir))
  await spawnEmulator(t, { DATA_DIR: dataDir })
  t.equal(mode(join(elsewhere, 'kept.db')), '600')
})

t.test('a second start leaves a data folder the permissions that its user has set', { skip }, async t => {
  const dataDir = join(makeFolder(t), 'data')
  const first = await spawnEmulator(t, { DATA_DIR: dataDir })
  await first.end('SIGTERM')
  chmodSync(dataDir, 0o750)
  const second = await spawnEmulator(t, { DATA_DIR: dataDir })
  t.equal(mode(dataDir), '750', 'what its user has allowed since stays allowed')
  const { code, stderr } = await runMain(t, { DATA_DIR: dataDir })
  t.equal(code, 1, 'it is locked as ever')
  t.match(stderr, 'in use')
  await second.end('SIGTERM')
})
