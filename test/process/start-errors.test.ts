import { appendFileSync, chmodSync, chownSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t, { type Test } from 'tap'
import { start } from '../../server/emulator/start.ts'
import { loadConfig } from '../../server/process/config.ts'
import { StartError } from '../../server/process/start-error.ts'
import { newestVersion } from '../../server/store/database/schema.ts'
import { databaseFile, openStore } from '../../server/store/open-store.ts'
import { makeFolder } from '../support/buckets.ts'
import { builtModule } from '../support/built.ts'
import { changeDatabase, makeUtf16Database } from '../support/database.ts'
import { createApp, silent, startEmulator } from '../support/helpers.ts'
import { runMain, runScript } from '../support/spawn.ts'

/** Expects that the start is stopped by one sentence, which says all of this. */
async function isRefused(t: Test, env: Record<string, string>, ...says: string[]): Promise<void> {
  const starting = async () => {
    const { close } = await start(loadConfig({ PORT: '0', ...env }), silent)
    await close()
  }
  const error = await starting().catch((error: unknown) => error)
  t.type(error, StartError)
  if (!(error instanceof StartError)) return
  for (const part of says) t.match(error.message, part)
  t.notMatch(error.message, '\n', 'one line')
}

/** Sets the temp directory of this process for a test. */
function useTemp(t: Test, folder: string): void {
  const { TMPDIR } = process.env
  process.env.TMPDIR = folder
  t.teardown(() => {
    if (TMPDIR === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = TMPDIR
  })
}

/** Listens on a port, on which nothing is answered, and gives its number. */
async function listen(t: Test): Promise<string> {
  const server = createServer(socket => socket.end())
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  return String((server.address() as AddressInfo).port)
}

t.test('what stops the start is printed as one line, without a stack, and the process ends', async t => {
  const dataDir = join(t.testdir({ file: 'precious' }), 'file')
  const { code, signal, stdout, stderr } = await runMain(t, { DATA_DIR: dataDir })
  t.match({ code, signal, stdout }, { code: 1, signal: null, stdout: '' })
  t.match(stderr, /^the data folder .*\n$/)
  t.match(stderr, dataDir)
  t.match(stderr, 'DATA_DIR')
  t.equal(stderr.trimEnd().split('\n').length, 1, 'one line')
  t.notMatch(stderr, /Error:|node:internal/, 'no stack')
  t.equal(readFileSync(dataDir, 'utf8'), 'precious')
})

t.test('a data folder that is a link is named by where it leads to', async t => {
  const dir = t.testdir({ file: '', link: t.fixture('symlink', 'file') })
  await isRefused(t, { DATA_DIR: join(dir, 'link') }, `the data folder ${join(dir, 'file')} cannot be used`)
})

t.test('a data folder that cannot be made stops the start', async t => {
  const dataDir = join(t.testdir({ file: '' }), 'file', 'data')
  await isRefused(t, { DATA_DIR: dataDir }, dataDir, 'DATA_DIR')
})

const onLinux = { skip: process.platform !== 'linux' && 'there is no /proc' }

t.test('a data folder where the system makes no folders stops the start', onLinux, async t => {
  await isRefused(t, { DATA_DIR: '/proc/pinpoint-local/data' }, '/proc/pinpoint-local', 'DATA_DIR')
})

t.test('a data folder is made, and the folders above it', async t => {
  const dataDir = join(t.testdir(), 'a', 'b', 'c')
  await startEmulator(t, { DATA_DIR: dataDir })
  t.ok(readdirSync(dataDir).includes('pinpoint.db'))
})

t.test('a temp directory that is not there stops the start of an ephemeral emulator', async t => {
  const temp = join(t.testdir(), 'nowhere')
  useTemp(t, temp)
  await isRefused(t, { EPHEMERAL: 'true' }, temp, 'temp directory')
})

t.test('a database that cannot be opened stops the start', async t => {
  const dataDir = t.testdir({ 'pinpoint.db': {} })
  await isRefused(t, { DATA_DIR: dataDir }, dataDir)
})

const withModes = { skip: process.platform === 'win32' && 'Windows has no such permissions' }

/** Starts an emulator as a user who is not root, who may write everything. */
const startAsAnother = `
  import { start } from ${JSON.stringify(pathToFileURL(builtModule('server/emulator/start.ts')))}
  import { pino } from 'pino'
  import { loadConfig } from ${JSON.stringify(new URL('../../server/process/config.ts', import.meta.url))}
  if (process.getuid() === 0) {
    process.setgid(65534)
    process.setuid(65534)
  }
  const { close } = await start(loadConfig({ ...process.env, PORT: '0' }), pino({ level: 'silent' }))
  await close()
`

t.test('a file of the database that cannot be written stops the start', withModes, async t => {
  const dataDir = makeFolder(t)
  await (await startEmulator(t, { DATA_DIR: dataDir })).close()
  const names = ['pinpoint.db', 'pinpoint.db-wal', 'pinpoint.db-shm', 'pinpoint.lock']
  for (const name of names) {
    const file = join(dataDir, name)
    appendFileSync(file, '')
    chmodSync(file, 0o444)
    if (process.getuid?.() === 0) {
      for (const path of ['', ...readdirSync(dataDir)]) chownSync(join(dataDir, path), 65534, 65534)
    }
    const { stderr } = await runScript(t, { DATA_DIR: dataDir }, startAsAnother)
    t.match(
      stderr,
      `StartError: the data folder ${dataDir} cannot be used (EACCES: permission denied, access '${file}'): name a writable DATA_DIR`,
    )
    chmodSync(file, 0o600)
  }
  t.match(
    await runScript(t, { DATA_DIR: dataDir }, startAsAnother),
    { code: 0, stderr: '' },
    'else it starts',
  )
})

t.test('a port in use stops the start, and leaves neither a lock nor a folder behind', async t => {
  const port = await listen(t)
  const [dataDir, temp] = [makeFolder(t), makeFolder(t)]
  useTemp(t, temp)
  await isRefused(
    t,
    { DATA_DIR: dataDir, PORT: port },
    `port ${port} of 127.0.0.1 is in use`,
    'name another PORT',
  )
  await isRefused(t, { EPHEMERAL: 'true', PORT: port }, port)
  t.strictSame(readdirSync(temp), [])
  await startEmulator(t, { DATA_DIR: dataDir })
})

const whereFound = { skip: process.platform === 'win32' && 'nothing tells who listens' }

t.test('a port in use is told with the process that has it', whereFound, async t => {
  const { url } = await startEmulator(t, { DATA_DIR: t.testdir() })
  const ofEmulator = new URL(url).port
  const other = await listen(t)
  const env = { DATA_DIR: join(t.testdir(), 'data') }
  for (const host of ['127.0.0.1', '0.0.0.0']) {
    const { code, stderr } = await runMain(t, { ...env, HOST: host, PORT: ofEmulator })
    t.equal(code, 1)
    t.equal(
      stderr,
      `port ${ofEmulator} of ${host} is in use by another pinpoint-local, process ${process.pid}: stop it (kill ${process.pid}), or name another PORT, or 0 for any\n`,
    )
  }
  const { stderr } = await runMain(t, { ...env, PORT: other })
  t.match(stderr, `port ${other} of 127.0.0.1 is in use by process ${process.pid} (node): name another PORT`)
  await isRefused(t, { ...env, PORT: other }, 'in use by this process itself: name another PORT')
})

t.test('a host that is no address of this machine stops the start', async t => {
  await isRefused(t, { DATA_DIR: t.testdir(), HOST: '192.0.2.1' }, '192.0.2.1', 'HOST')
})

t.test('a database of another version stops the start and is left as it is', async t => {
  const dataDir = t.testdir()
  openStore(dataDir).close()
  const file = databaseFile(dataDir)
  changeDatabase(file, 'PRAGMA user_version = 999')
  const before = readFileSync(file)
  await isRefused(t, { DATA_DIR: dataDir }, file, 'another version of pinpoint-local', 'delete it')
  t.ok(readFileSync(file).equals(before))
  // An earlier text of the same migration.
  changeDatabase(file, `PRAGMA user_version = ${newestVersion() ^ 1}`)
  await isRefused(t, { DATA_DIR: dataDir }, file, 'another version of pinpoint-local', 'delete it')

  changeDatabase(file, `PRAGMA user_version = ${newestVersion()}`)
  await startEmulator(t, { DATA_DIR: dataDir })
  t.pass('nothing is locked after that')
})

t.test('a database in UTF-16 stops the start and is left as it is', async t => {
  const dataDir = t.testdir()
  const file = databaseFile(dataDir)
  makeUtf16Database(file)
  const before = readFileSync(file)
  await isRefused(t, { DATA_DIR: dataDir }, file, 'UTF-16le', 'UTF-8')
  t.ok(readFileSync(file).equals(before))
})

for (const [what, content] of [
  ['long', 'this is no database\n'.repeat(1000)],
  ['short', 'hello'],
] as const) {
  t.test(`a ${what} file that is no SQLite database stops the start and is left as it is`, async t => {
    const dataDir = t.testdir({ 'pinpoint.db': content })
    const file = databaseFile(dataDir)
    await isRefused(t, { DATA_DIR: dataDir }, file, 'not a SQLite database')
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
    const file = databaseFile(dataDir)
    changeDatabase(
      file,
      `CREATE TABLE letters (text TEXT); INSERT INTO letters VALUES ('dear'); PRAGMA ${pragma}`,
    )
    const before = readFileSync(file)
    await isRefused(t, { DATA_DIR: dataDir }, file, 'not a database of pinpoint-local')
    t.ok(readFileSync(file).equals(before))
  })
}

t.test('a data folder in use by another emulator stops the start, and the other runs on', async t => {
  const dataDir = t.testdir()
  const first = await startEmulator(t, { DATA_DIR: dataDir })
  const { code, stderr } = await runMain(t, { DATA_DIR: dataDir })
  t.equal(code, 1, 'of another process')
  const stopping = process.platform === 'win32' ? 'taskkill /F /PID' : 'kill'
  t.equal(
    stderr,
    `the data folder ${dataDir} is in use by another pinpoint-local, process ${process.pid}: stop it (${stopping} ${process.pid}), or name another DATA_DIR\n`,
  )
  await isRefused(t, { DATA_DIR: dataDir }, 'in use by another pinpoint-local in this process')
  // As it is seen from outside of a container, and where a killed process has had the folder before.
  for (const [note, said] of [
    ['1\nabc\n', 'in the container abc: stop it there'],
    ['7\nabc\n', 'in the container abc: stop it there'],
    [`${2 ** 30}\n${hostname()}\n`, 'in use by another pinpoint-local: stop it,'],
    ['', 'in use by another pinpoint-local: stop it,'],
  ] as const) {
    writeFileSync(join(dataDir, 'pinpoint.pid'), note)
    await isRefused(t, { DATA_DIR: dataDir }, said)
  }
  await createApp(first.client)
  await first.close()
  await startEmulator(t, { DATA_DIR: dataDir })
  t.pass('it is free once the other has ended')
})

t.test('an S3_DIR that does not exist stops the start before anything is made', async t => {
  const dir = t.testdir()
  const env = { DATA_DIR: join(dir, 'data'), S3_DIR: join(dir, 'nowhere') }
  const { code, stdout, stderr } = await runMain(t, env)
  t.match({ code, stdout }, { code: 1, stdout: '' })
  t.match(stderr, 'S3_DIR')
  t.match(stderr, env.S3_DIR)
  t.notMatch(stderr, /\n\s+at |Error:|node:internal/, 'no stack')
  t.strictSame(readdirSync(dir), [])
})

t.test('an empty database file counts as new', async t => {
  const dataDir = t.testdir()
  writeFileSync(databaseFile(dataDir), '')
  const { url } = await startEmulator(t, { DATA_DIR: dataDir })
  t.equal((await fetch(`${url}/_pinpoint/health`)).status, 200)
})
