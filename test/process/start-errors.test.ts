import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import t, { type Test } from 'tap'
import { createApp } from '../helpers.ts'
import { type Ended, runMain, spawnEmulator } from './spawn.ts'

/** Expects that the start was stopped by one sentence, which says all of this. */
function refused(t: Test, { code, signal, stdout, stderr }: Ended, ...says: (string | RegExp)[]): void {
  t.match({ code, signal }, { code: 1, signal: null })
  for (const part of says) t.match(stderr, part)
  t.equal(stderr.trimEnd().split('\n').length, 1, 'one line')
  t.match(stderr, /\n$/)
  t.notMatch(stderr, /\n\s+at |Error:|node:internal/, 'no stack')
  t.notMatch(stdout, 'ready on')
}

/** A data folder that an emulator has been run on. */
async function usedDataDir(t: Test): Promise<string> {
  const dataDir = join(t.testdir(), 'data')
  const emulator = await spawnEmulator(t, { DATA_DIR: dataDir })
  await createApp(emulator.client)
  await emulator.end('SIGTERM')
  return dataDir
}

t.test('a data folder that cannot be made stops the start', async t => {
  const dir = t.testdir({ file: '' })
  const dataDir = join(dir, 'file', 'data')
  refused(t, await runMain(t, { DATA_DIR: dataDir }), dataDir, 'DATA_DIR')
})

const onLinux = { skip: process.platform !== 'linux' && 'there is no /proc' }

t.test('a data folder where the system makes no folders stops the start', onLinux, async t => {
  refused(t, await runMain(t, { DATA_DIR: '/proc/pinpoint-local/data' }), '/proc/pinpoint-local', 'DATA_DIR')
})

t.test('a data folder is made, and the folders above it', async t => {
  const dataDir = join(t.testdir(), 'a', 'b', 'c')
  await spawnEmulator(t, { DATA_DIR: dataDir })
  t.ok(readdirSync(dataDir).includes('pinpoint.db'))
})

t.test('a temp directory that is not there stops the start of an ephemeral emulator', async t => {
  const TMPDIR = join(t.testdir(), 'nowhere')
  refused(t, await runMain(t, { EPHEMERAL: 'true', TMPDIR }), TMPDIR, 'temp directory')
})

t.test('a data folder that is a file stops the start', async t => {
  const dataDir = join(t.testdir({ file: 'precious' }), 'file')
  refused(t, await runMain(t, { DATA_DIR: dataDir }), dataDir, 'DATA_DIR')
  t.equal(readFileSync(dataDir, 'utf8'), 'precious')
})

t.test('a database that cannot be opened stops the start', async t => {
  const dataDir = t.testdir({ 'pinpoint.db': {} })
  refused(t, await runMain(t, { DATA_DIR: dataDir }), dataDir)
})

t.test('a port in use stops the start, and leaves neither a lock nor a folder behind', async t => {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const port = String((server.address() as AddressInfo).port)

  const dir = t.testdir({ temp: {} })
  const dataDir = join(dir, 'data')
  refused(t, await runMain(t, { DATA_DIR: dataDir, PORT: port }), port, '127.0.0.1', 'in use')
  refused(t, await runMain(t, { EPHEMERAL: 'true', TMPDIR: join(dir, 'temp'), PORT: port }), port)
  t.strictSame(readdirSync(join(dir, 'temp')), [])
  const { url } = await spawnEmulator(t, { DATA_DIR: dataDir })
  t.equal((await fetch(`${url}/_pinpoint/health`)).status, 200)
})

t.test('a host that is no address of this machine stops the start', async t => {
  refused(t, await runMain(t, { DATA_DIR: t.testdir(), HOST: '192.0.2.1' }), '192.0.2.1', 'HOST')
})

t.test('a database of a newer version stops the start and is left as it is', async t => {
  const dataDir = await usedDataDir(t)
  const file = join(dataDir, 'pinpoint.db')
  const db = new Database(file)
  const version = db.pragma('user_version', { simple: true })
  db.pragma('user_version = 999')
  db.close()
  const before = readFileSync(file)
  refused(t, await runMain(t, { DATA_DIR: dataDir }), file, 'newer', '999')
  t.ok(readFileSync(file).equals(before))

  const again = new Database(file)
  again.pragma(`user_version = ${version}`)
  again.close()
  const { url } = await spawnEmulator(t, { DATA_DIR: dataDir })
  t.equal((await fetch(`${url}/_pinpoint/health`)).status, 200, 'nothing is locked after that')
})

for (const [what, content] of [
  ['long', 'this is no database\n'.repeat(1000)],
  ['short', 'hello'],
] as const) {
  t.test(`a ${what} file that is no SQLite database stops the start and is left as it is`, async t => {
    const dataDir = t.testdir({ 'pinpoint.db': content })
    const file = join(dataDir, 'pinpoint.db')
    refused(t, await runMain(t, { DATA_DIR: dataDir }), file, 'not a SQLite database')
    t.equal(readFileSync(file, 'utf8'), content)
  })
}

for (const [what, pragma] of [
  ['', 'user_version = 0'],
  [' with a version number', 'user_version = 3'],
  [' with a mark of its own', 'application_id = 7'],
] as const) {
  t.test(`another program's SQLite database${what} stops the start and is left as it is`, async t => {
    const dataDir = t.testdir()
    const file = join(dataDir, 'pinpoint.db')
    const db = new Database(file)
    db.exec(`CREATE TABLE letters (text TEXT); INSERT INTO letters VALUES ('dear'); PRAGMA ${pragma}`)
    db.close()
    const before = readFileSync(file)
    refused(t, await runMain(t, { DATA_DIR: dataDir }), file, 'not a database of pinpoint-local')
    t.ok(readFileSync(file).equals(before))
  })
}

t.test('a data folder in use by another emulator stops the start, and the other runs on', async t => {
  const dataDir = t.testdir()
  const first = await spawnEmulator(t, { DATA_DIR: dataDir })
  refused(t, await runMain(t, { DATA_DIR: dataDir }), dataDir, 'in use')
  t.equal((await fetch(`${first.url}/_pinpoint/health`)).status, 200)
  await createApp(first.client)
  await first.end('SIGTERM')
  await spawnEmulator(t, { DATA_DIR: dataDir })
  t.pass('it is free once the other has ended')
})

t.test('an S3_DIR that does not exist stops the start before anything is made', async t => {
  const dir = t.testdir()
  const ended = await runMain(t, { DATA_DIR: join(dir, 'data'), S3_DIR: join(dir, 'nowhere') })
  t.match(ended, { code: 1, signal: null, stdout: '' })
  t.match(ended.stderr, 'S3_DIR')
  t.match(ended.stderr, join(dir, 'nowhere'))
  t.notMatch(ended.stderr, /\n\s+at |Error:|node:internal/, 'no stack')
  t.strictSame(readdirSync(dir), [])
})

t.test('an empty database file counts as new', async t => {
  const dataDir = t.testdir()
  mkdirSync(dataDir, { recursive: true })
  writeFileSync(join(dataDir, 'pinpoint.db'), '')
  const { url } = await spawnEmulator(t, { DATA_DIR: dataDir })
  t.equal((await fetch(`${url}/_pinpoint/health`)).status, 200)
})
