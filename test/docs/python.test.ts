import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { makeFolder } from '../support/buckets.ts'
import { startEmulator, until } from '../support/helpers.ts'
import { run } from '../support/project.ts'
import { main } from '../support/spawn.ts'
import { blocksOf, pages, root } from './pages.ts'

/** The Python that has what the pages use: the one that is typed, or Debian's. */
const python = ['python3', '/usr/bin/python3'].find(command => {
  try {
    execFileSync(command, ['-c', 'import boto3, pytest'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})
const skip =
  python === undefined &&
  'there is no Python with boto3 and pytest: apt-get install python3-boto3 python3-pytest, or pip install boto3 pytest'
if (skip && process.env.CI) t.fail(skip)

const page = 'docs/python.md'
const inPython = (of: string) => blocksOf(of).filter(({ language }) => language === 'py')

/** A project with the files of the page, and the package as npm would have installed it. */
function makeProject(t: Test): string {
  const [conftest, tests] = inPython(page)
  const folder = makeFolder(t)
  const bin = join(folder, 'node_modules', '.bin')
  mkdirSync(bin, { recursive: true })
  mkdirSync(join(folder, 'tests'))
  cpSync(join(root, 'fixtures', 's3'), join(folder, 'tests', 'buckets'), { recursive: true })
  writeFileSync(join(folder, 'tests', 'conftest.py'), conftest!.code)
  writeFileSync(join(folder, 'tests', 'test_users.py'), tests!.code)
  const program = join(bin, 'pinpoint-local')
  writeFileSync(program, `#!/bin/sh\necho $$ > "${folder}/pid"\nexec "${process.execPath}" "${main}" "$@"\n`)
  chmodSync(program, 0o755)
  return folder
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

const pytest = (folder: string, ...args: string[]) =>
  run(folder, python!, ['-m', 'pytest', '-p', 'no:cacheprovider', 'tests', ...args])

t.test(
  'the tests of the Python page pass with its conftest.py, which starts an emulator by npx',
  { skip },
  async t => {
    const folder = makeProject(t)
    const { code, output } = await pytest(folder, '-v')
    t.equal(code, 0, output)
    t.match(output, '3 passed')
    const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'))
    await until(() => !isRunning(pid) || undefined, 'the end of the emulator')
  },
)

t.test('without the package, conftest.py runs the image, and stops the container', { skip }, async t => {
  const folder = makeProject(t)
  const program = join(folder, 'node_modules', '.bin', 'pinpoint-local')
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  // Instead of an engine: what the image would run, on the published port, with the mounted folder.
  writeFileSync(
    join(bin, 'docker'),
    `#!/bin/sh
echo "$*" > "${folder}/docker"
while [ $# -gt 0 ]; do
  case $1 in
    -p) port=\${2#127.0.0.1:}; port=\${port%:7467} ;;
    -v) buckets=\${2%:/s3} ;;
  esac
  shift
done
exec "${folder}/image" --ephemeral --port "$port" --s3-dir "$buckets"
`,
  )
  chmodSync(join(bin, 'docker'), 0o755)
  renameSync(program, join(folder, 'image'))
  const { code, output } = await run(folder, '/usr/bin/env', [
    `PATH=${bin}:${process.env.PATH}`,
    ...[python!, '-m', 'pytest', '-p', 'no:cacheprovider', 'tests', '-v'],
  ])
  t.equal(code, 0, output)
  t.match(output, '3 passed')
  const [port] = /(?<=127\.0\.0\.1:)\d+(?=:7467)/.exec(readFileSync(join(folder, 'docker'), 'utf8')) ?? []
  t.equal(
    readFileSync(join(folder, 'docker'), 'utf8'),
    `run --rm --init -p 127.0.0.1:${port}:7467 -v ${join(folder, 'tests', 'buckets')}:/s3 pinpoint-local\n`,
  )
  const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'))
  await until(() => !isRunning(pid) || undefined, 'the end of the container')
})

t.test('the tests of the page about messages pass with conftest.py', { skip }, async t => {
  const folder = makeProject(t)
  const [tests] = inPython('docs/message-tests.md')
  writeFileSync(join(folder, 'tests', 'test_messages.py'), tests!.code)
  const { code, output } = await pytest(folder, '-v', '-k', 'test_messages')
  t.equal(code, 0, output)
  t.match(output, '4 passed')
})

t.test('with conftest.py, tests begin with an empty emulator; a hung job is told', { skip }, async t => {
  const folder = makeProject(t)
  writeFileSync(
    join(folder, 'tests', 'test_users.py'),
    `${inPython(page)[1]!.code}
import pytest
import boto3


@pytest.mark.parametrize("time", [1, 2])
def test_reset(pinpoint, control, time):
    assert pinpoint.get_apps()["ApplicationsResponse"]["Item"] == []
    assert control("GET", "faults")["items"] == []
    create_app(pinpoint)
    assert len(control("GET", "requests")["items"]) == 2
    control("POST", "faults", {"latencyMs": 0})


def test_held(pinpoint, control, wait_for_import):
    control("PUT", "job-control", {"mode": "manual"})
    app = create_app(pinpoint)
    with pytest.raises(AssertionError, match="CREATED after 0.5 s, held by {'mode': 'manual'}"):
        wait_for_import(app, import_users(pinpoint, app), timeout=0.5)


def test_control_error(control):
    with pytest.raises(AssertionError, match="POST faults: 400 .*a rule must say what happens"):
        control("POST", "faults", {})
`,
  )
  const { code, output } = await pytest(folder, '-k', 'reset or held or control_error')
  t.equal(code, 0, output)
  t.match(output, '4 passed')
})

t.test('conftest.py uses an emulator that runs already where it is named', { skip }, async t => {
  const folder = makeProject(t)
  const { url } = await startEmulator(t, { S3_DIR: join(folder, 'tests', 'buckets') })
  const { code, output } = await run(folder, '/usr/bin/env', [
    `PINPOINT_URL=${url}/`,
    ...[python!, '-m', 'pytest', '-p', 'no:cacheprovider', 'tests', '-k', 'throttled'],
  ])
  t.equal(code, 0, output)
  const { items } = (await (await fetch(`${url}/_pinpoint/requests`)).json()) as { items: object[] }
  t.equal(items.length, 3)
})

t.test('conftest.py ends a run whose emulator does not start, and prints why', { skip }, async t => {
  const folder = makeProject(t)
  writeFileSync(
    join(folder, 'node_modules', '.bin', 'pinpoint-local'),
    '#!/bin/sh\necho "no disk" >&2\nexit 1\n',
  )
  const { code, output } = await pytest(folder)
  t.equal(code, 1, output)
  t.match(output, /pinpoint-local did not start:\n[\s\S]*no disk/)
})

t.test('clients for Python, as the other pages make them, reach an emulator', { skip }, async t => {
  const { url } = await startEmulator(t)
  const blocks = pages
    .filter(other => other !== page)
    .flatMap(inPython)
    .filter(({ code }) => code.includes('boto3.client('))
  t.ok(blocks.length > 0)
  for (const { page, line, code } of blocks) {
    const script = `import boto3\n${code.replaceAll('http://127.0.0.1:7467', url)}\nclient.get_apps()\n`
    const { code: status, output } = await run(root, python!, ['-c', script])
    t.equal(status, 0, `${page}:${line}\n${output}`)
  }
})
