import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { createApp, createClient, runImport, until } from '../support/helpers.ts'
import { root } from '../support/project.ts'
import { unusedUrl } from '../support/s3.ts'

/**
 * The image that is tried:
 * `docker build -t pinpoint-local . && TEST_IMAGE=pinpoint-local npm run tap -- test/package/image.test.ts`
 */
const { TEST_IMAGE: image = '' } = process.env
const withImage = { skip: image === '' && 'TEST_IMAGE names no image' }

const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8')

t.test('every stage of the image is from one base, which is pinned by tag and digest', async t => {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  const { version } = packages['node_modules/node']
  const [, base] = /^ARG NODE_IMAGE=(.*)$/m.exec(dockerfile) ?? []
  t.match(base, new RegExp(`^node:${version}-bookworm-slim@sha256:[0-9a-f]{64}$`), 'the Node of the tests')
  for (const [line] of dockerfile.matchAll(/^FROM .*$/gm)) t.match(line, /^FROM \$\{NODE_IMAGE\}( AS \w+)?$/)
})

const docker = async (...args: string[]) => (await promisify(execFile)('docker', args)).stdout.trim()

/**
 * Starts the image in the network of this machine, and gives its URL when its health check says that it is
 * ready.
 */
async function runImage(t: Test, options: string[], flags: string[] = []) {
  const name = `pinpoint-local-${randomUUID()}`
  const { port } = new URL(await unusedUrl())
  // Last, so that the health check must find it there, unless an option or a flag says it otherwise.
  const env = options.some(option => option.includes('PORT=')) ? [] : ['--env', `PORT=${port}`]
  const given = [...options, ...env].map(option => option.replace('<port>', port))
  await docker('run', '--detach', '--network=host', `--name=${name}`, ...given, image, ...flags)
  t.teardown(() => docker('rm', '--force', '--volumes', name))
  await until(async () => {
    const state = await docker('inspect', '--format={{.State.Status}} {{.State.Health.Status}}', name)
    if (!state.startsWith('running')) throw new Error(`${state}: ${await docker('logs', name)}`)
    return state === 'running healthy' || undefined
  }, 'the container to be healthy')
  const client = createClient(`http://127.0.0.1:${port}`)
  t.teardown(() => client.destroy())
  return { name, client }
}

t.test('the image needs no capability and writes to /data alone', withImage, async t => {
  const s3 = t.testdir({ demo: { 'users.csv': 'Id,ChannelType,Address\ne1,EMAIL,a@example.com\n' } })
  const { name, client } = await runImage(t, [
    ...['--read-only', '--cap-drop=ALL', '--security-opt=no-new-privileges', '--tmpfs=/tmp'],
    ...['--volume', `${s3}:/s3:ro`],
  ])
  const job = await runImport(client, await createApp(client), { S3Url: 's3://demo/users.csv' })
  t.match(job, { JobStatus: 'COMPLETED', TotalProcessed: 1, TotalFailures: 0 })
  t.equal(await docker('exec', name, 'id', '-un'), 'node')
  t.match(await docker('exec', name, 'ls', '-A', '/data'), /\bpinpoint\.db\b/)
  await t.rejects(docker('exec', name, 'touch', '/app/x'), /Read-only file system/)
  await docker('stop', name)
  t.equal(await docker('inspect', '--format={{.State.ExitCode}}', name), '0')
})

for (const [what, options, flags] of [
  ['EPHEMERAL', ['--env=EPHEMERAL=true', '--env=PINPOINT_LOCAL_PORT=<port>'], []],
  ['--ephemeral', [], ['--ephemeral']],
] as const) {
  t.test(`a container with ${what} leaves nothing in /data`, withImage, async t => {
    const { name } = await runImage(t, [...options], [...flags])
    t.equal(await docker('exec', name, 'ls', '-A', '/data'), '')
    t.match(await docker('exec', name, 'sh', '-c', 'ls /tmp/pinpoint-local-*'), /\bpinpoint\.db\b/)
  })
}
