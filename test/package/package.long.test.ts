import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { version } from '../../server/version.ts'
import { makeFolder } from '../buckets.ts'
import { makeProject, run, unpack } from './project.ts'

/** What the package is tried with besides the node that runs the tests; each has its own line in the report. */
const otherNodes = [22, 26]

const tsc = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url))
const nodes = makeFolder(t)
const nodePackage = `node-${process.platform}-${process.arch}`
const fetching = Promise.all(
  otherNodes.map(async major => {
    const folder = join(nodes, String(major))
    return {
      name: `Node ${major}`,
      node: join(folder, 'bin', 'node'),
      skip: await unpack(`${nodePackage}@${major}`, folder, 'bin/node'),
    }
  }),
)
const testcontainers = 'testcontainers@12.2.0'
const { folder, missing, link } = await makeProject(t, ['vitest@5.1.1', 'jest@30.5.2'])
const example = (name: string) => join(folder, 'examples', name)

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

for (const { name, node, skip } of [
  { name: `Node ${process.versions.node.split('.')[0]}`, node: process.execPath, skip: undefined },
  ...(await fetching),
]) {
  t.test(`${name} runs the package from a clean project`, { skip }, async t => {
    const [both, bin] = await Promise.all([
      run(folder, node, ['both.mjs']),
      run(folder, node, [join('node_modules', '.bin', 'pinpoint-local'), '--version']),
    ])
    t.strictSame(both, { code: 0, output: `v${name.slice(5)} COMPLETED 3\n` }, 'by import and by require')
    t.strictSame(bin, { code: 0, output: `${version}\n` }, 'by its bin')
  })
}

t.test('its types need none of what it is developed with', async t => {
  writeFileSync(
    join(folder, 'types.mts'),
    `import { type ImportJobResponse, type PinpointOptions, StartError, startPinpoint } from 'pinpoint-local'
     const options: PinpointOptions = { port: 0, ephemeral: true, s3Dir: 'x', quotas: true, preflight: 'strict' }
     const pinpoint = await startPinpoint(options)
     const job: ImportJobResponse = await pinpoint.waitForImportJob('app', 'job', { timeoutMs: 1 })
     const failures: string[] | undefined = job.JobStatus === 'FAILED' ? job.Failures : undefined
     await using again = await startPinpoint()
     export const all = [failures, again.clientConfig.endpoint, StartError]
     // @ts-expect-error a number is wanted
     await startPinpoint({ port: '0' })
     // @ts-expect-error there is no such option
     await startPinpoint({ s3dir: 'x' })`,
  )
  const flags = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', '--lib', 'es2022']
  t.strictSame(await run(folder, process.execPath, [tsc, ...flags, '--types', '', 'types.mts']), {
    code: 0,
    output: '',
  })
})

t.test('pinpoint-local import says whether the example imports', async t => {
  const bin = join('node_modules', '.bin', 'pinpoint-local')
  const { code, output } = await run(folder, bin, ['import', join('examples', 'buckets', 'demo')])
  t.match({ code, output }, { code: 0, output: /3 records read, 2 imported, 1 refused/ })
})

link('@aws-sdk/client-pinpoint')

for (const [name, skip, command, ...args] of [
  ['node-test', undefined, process.execPath, '--test'],
  ['vitest', missing, join(folder, 'node_modules', '.bin', 'vitest'), 'run'],
  ['jest', missing, join(folder, 'node_modules', '.bin', 'jest')],
] as const) {
  t.test(`the example for ${name} passes`, { skip }, async t => {
    const { code, output } = await run(example(name), command, args)
    t.equal(code, 0, output)
  })
}

t.test('the examples in TypeScript have the right types', { skip: missing }, async t => {
  const target = join(folder, 'node_modules', 'testcontainers')
  const isMissing = await unpack(testcontainers, target, 'package.json', 'build')
  link('@types/node')
  const flags = ['--noEmit', '--strict', '--skipLibCheck', '--types', 'node', '--lib', 'es2024,dom']
  const modules = ['--module', 'nodenext', '--target', 'es2024', '--allowImportingTsExtensions']
  const check = (file: string) => run(folder, process.execPath, [tsc, ...flags, ...modules, example(file)])
  t.strictSame(await check('vitest/users.test.ts'), { code: 0, output: '' })
  t.test('for Testcontainers, which takes a container to run', { skip: isMissing }, async t => {
    t.strictSame(await check('testcontainers/users.test.ts'), { code: 0, output: '' })
  })
})
