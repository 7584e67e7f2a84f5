import { execFile, execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import { oldestNode, version } from '../../server/version.ts'
import { makeFolder } from './buckets.ts'

/** This repository's folder. */
export const root = fileURLToPath(new URL('../../', import.meta.url))

/** How a process ended, and all that it said. */
export interface Ran {
  code: number
  output: string
}

/** What the tests' own processes have in their environment and others do not. */
const ownVariables = /^(NODE_OPTIONS$|NODE_V8_COVERAGE$|NODE_COMPILE_CACHE$|TAP|_TAPJS)/
const variables = Object.entries(process.env)
  .filter(([name]) => !ownVariables.test(name))
  .map(([name, value]) => `${name}=${value}`)

/**
 * Runs a program to its end. tap adds to the environment of whatever is started; `env -i` takes it out again.
 */
export function run(cwd: string, command: string, args: readonly string[]): Promise<Ran> {
  return new Promise(resolve => {
    execFile('/usr/bin/env', ['-i', ...variables, command, ...args], { cwd }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), output: stdout + stderr }),
    )
  })
}

const npm = (cwd: string, ...args: string[]) =>
  run(cwd, 'npm', [
    ...args,
    '--no-audit',
    '--no-fund',
    '--ignore-scripts',
    '--prefer-offline',
    '--loglevel=error',
    '--fetch-retries=1',
  ])

/**
 * A project outside this repository, with the packed package and all that it depends on, in the versions of
 * the lock file, and with the examples.
 *
 * @param extra packages that only a user of the package has
 */
export async function makeProject(t: Test, extra: readonly string[] = []) {
  const folder = makeFolder(t)
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n')
  succeeded(await run(root, 'npm', ['pack', '--silent', '--pack-destination', folder]))
  copyDependencies(folder)
  cpSync(join(root, 'examples'), join(folder, 'examples'), { recursive: true })
  const install = (...specs: string[]) =>
    npm(folder, 'install', '--no-package-lock', `./pinpoint-local-${version}.tgz`, ...specs)
  const { code, output } = await install(...extra)
  if (code !== 0) succeeded(await install())

  return {
    folder,
    /** What npm says where the extra packages cannot be had. */
    missing: code === 0 ? undefined : `npm cannot install ${extra.join(' and ')}: ${output}`,
    /** Adds a package that is installed here for the tests. */
    link(name: string): void {
      const path = join(folder, 'node_modules', name)
      mkdirSync(dirname(path), { recursive: true })
      if (!existsSync(path)) symlinkSync(join(root, 'node_modules', name), path)
    },
  }
}

/**
 * Expects that a node of that major version runs the package in such a project: by import, by require, and by
 * its bin.
 */
export async function runsPackage(t: Test, folder: string, node: string, major: string): Promise<void> {
  writeFileSync(
    join(folder, 'both.mjs'),
    `import { createRequire } from 'node:module'
   import { startPinpoint } from 'pinpoint-local'
   if (createRequire(import.meta.url)('pinpoint-local').startPinpoint !== startPinpoint) throw new Error('require gives another')
   const pinpoint = await startPinpoint({ s3Dir: 'examples/buckets' })
   const call = async (path, body) => (await fetch(pinpoint.url + path, { method: 'POST', body: JSON.stringify(body) })).json()
   const app = await call('/v1/apps', { Name: 'first' })
   const job = await call('/v1/apps/' + app.Id + '/jobs/import', {
     Format: 'CSV', S3Url: 's3://demo/users.csv', RoleArn: 'arn:aws:iam::123456789012:role/any',
   })
   const { JobStatus, TotalProcessed } = await pinpoint.waitForImportJob(app.Id, job.Id)
   await pinpoint.close()
   console.log(process.version.split('.')[0], JobStatus, TotalProcessed)`,
  )
  const [both, bin] = await Promise.all([
    run(folder, node, ['both.mjs']),
    run(folder, node, [join('node_modules', '.bin', 'pinpoint-local'), '--version']),
  ])
  t.strictSame(both, { code: 0, output: `v${major} COMPLETED 3\n` }, 'by import and by require')
  t.strictSame(bin, { code: 0, output: `${version}\n` }, 'by its bin')
  const compiled = join(folder, 'node_modules', 'pinpoint-local', 'dist', 'compiled')
  t.not(readdirSync(compiled).length, 0, 'which keeps compiled code for the next start')
}

/** Expects that a node that is too old says what is needed: by import, by require, and by its bin. */
export async function refusesNode(t: Test, folder: string, node: string): Promise<void> {
  const start = 'startPinpoint().catch(({ name, message }) => console.log(name, message))'
  writeFileSync(join(folder, 'old.mjs'), `import { startPinpoint } from 'pinpoint-local'\n${start}`)
  writeFileSync(join(folder, 'old.cjs'), `const { startPinpoint } = require('pinpoint-local')\n${start}`)
  const says = `pinpoint-local needs Node ${oldestNode} or later, and this is Node `
  for (const file of ['old.mjs', 'old.cjs'])
    t.match(await run(folder, node, [file]), { code: 0, output: `StartError ${says}` }, file)
  const { code, output } = await run(folder, node, [join('node_modules', '.bin', 'pinpoint-local')])
  t.equal(code, 1, 'by its bin')
  t.match(output, says)
  t.equal(output.split('\n').length, 2, 'in one line')
}

/**
 * Fetches a package and unpacks some of its files, without what it depends on.
 *
 * @returns undefined, or what npm says where it cannot be had
 */
export async function unpack(spec: string, folder: string, ...files: string[]): Promise<string | undefined> {
  mkdirSync(folder, { recursive: true })
  const { code, output } = await npm(folder, 'pack', spec)
  if (code !== 0) return `npm cannot fetch ${spec}: ${output}`
  const names = files.map(file => `package/${file}`)
  succeeded(await run(folder, 'tar', ['-xzf', output.trim(), '--strip-components=1', ...names]))
  return undefined
}

/**
 * Copies what the package depends on into a folder, as it is installed here. Installing it anew would take a
 * quarter of a minute, for the same files.
 */
export function copyDependencies(folder: string): void {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  const needed = Object.entries<{ dev?: boolean; devOptional?: boolean }>(packages)
    .filter(([path, { dev, devOptional }]) => path !== '' && !dev && !devOptional)
    .map(([path]) => path)
    .filter(path => existsSync(join(root, path)))
  // Those that lie in another one come with it.
  const outer = needed.filter(path => !needed.some(other => path.startsWith(`${other}/`)))
  execFileSync('cp', ['-R', '--parents', ...outer, folder], { cwd: root })
}

/** @throws Error with what the program said, where it did not end well */
function succeeded({ code, output }: Ran): void {
  if (code !== 0) throw new Error(output)
}
