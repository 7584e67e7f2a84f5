import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { buildApp } from '../../server/emulator/app.ts'
import { oldestNode, version } from '../../server/version.ts'
import { blocksOf } from '../docs/pages.ts'
import { makeFolder } from '../support/buckets.ts'
import { csvOf } from '../support/endpoint-files.ts'
import { buildTestApp } from '../support/helpers.ts'
import { copyDependencies, makeProject, refusesNode, root, run, runsPackage } from '../support/project.ts'
import { s3Credentials, startS3 } from '../support/s3.ts'

const tsc = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url))
const { folder, link } = await makeProject(t)

t.test('the package runs from a clean project', t =>
  runsPackage(t, folder, process.execPath, process.versions.node.split('.')[0]!),
)

// The machine's own node, by which npm runs; the one of the tests comes with the packages.
const { npm_node_execpath: ownNode = process.execPath } = process.env
const { output: ownVersion } = await run(folder, ownNode, ['--version'])
const isOld = Number.parseInt(ownVersion.slice(1), 10) < Number.parseInt(oldestNode, 10)

t.test('a Node that is too old says what is needed', { skip: !isOld && `${ownVersion.trim()} runs it` }, t =>
  refusesNode(t, folder, ownNode),
)

t.test(
  'what the package loads when it is first wanted is there: S3, control pages, the console, snapshots, signatures',
  async t => {
    const s3 = await startS3(t)
    await s3.put('data', 'users.csv', csvOf('a', 'b'))
    const options = { s3Endpoint: s3.url, s3Credentials }
    writeFileSync(
      join(folder, 'lazy.mjs'),
      `import { startPinpoint } from 'pinpoint-local'
     await using signed = await startPinpoint({ accessKeys: 'AKIAEXAMPLE:secret' })
     await using pinpoint = await startPinpoint(${JSON.stringify(options)})
     const call = async (path, body) => (await fetch(pinpoint.url + path, { method: 'POST', body: JSON.stringify(body) })).json()
     const app = await call('/v1/apps', { Name: 'first' })
     const over = async (kind, request) => {
       const RoleArn = 'arn:aws:iam::123456789012:role/any'
       const job = await call('/v1/apps/' + app.Id + '/jobs/' + kind, { RoleArn, ...request })
       return kind === 'import' ? pinpoint.waitForImportJob(app.Id, job.Id) : pinpoint.waitForExportJob(app.Id, job.Id)
     }
     const status = async (url, path) => (await fetch(url + path)).status
     console.log(JSON.stringify([
       await over('import', { Format: 'CSV', S3Url: 's3://data/users.csv' }),
       await over('export', { S3UrlPrefix: 's3://data/out' }),
     ].map(({ JobStatus, TotalProcessed, Failures }) => [JobStatus, TotalProcessed, Failures])))
     const pages = ['metrics', 'openapi.json', 'snapshot', 'requests', 'console/'].map(page => status(pinpoint.url, '/_pinpoint/' + page))
     console.log((await Promise.all(pages)).join(), await status(signed.url, '/v1/apps'))`,
    )
    const { code, output } = await run(folder, process.execPath, ['lazy.mjs'])
    t.equal(output, '[["COMPLETED",2,null],["COMPLETED",2,null]]\n200,200,200,200,200 403\n')
    t.equal(code, 0)
  },
)

t.test('the OpenAPI document of the package is the one that is made from source', async t => {
  writeFileSync(
    join(folder, 'openapi.mjs'),
    `import { startPinpoint } from 'pinpoint-local'
     const pinpoint = await startPinpoint()
     const { servers, ...document } = await (await fetch(pinpoint.url + '/_pinpoint/openapi.json')).json()
     if (servers[0].url !== pinpoint.url) throw new Error(servers[0].url + ' is not ' + pinpoint.url)
     console.log(JSON.stringify(document))`,
  )
  const { code, output } = await run(folder, process.execPath, ['openapi.mjs'])
  t.equal(code, 0, output)
  const { servers, ...fromSource } = (
    await buildTestApp(t, { build: buildApp }).app.inject('/_pinpoint/openapi.json')
  ).json()
  t.ok(Object.keys(fromSource.paths).length > 30)
  t.strictSame(JSON.parse(output), fromSource)
})

t.test('what the README says installs the package in a project beside a checkout', async t => {
  const block = blocksOf('README.md').find(
    ({ section, language }) => section === 'In a test process' && language === 'sh',
  )!
  const beside = makeFolder(t)
  const project = join(beside, 'project')
  mkdirSync(project)
  symlinkSync(root, join(beside, 'pinpoint-local'))
  writeFileSync(join(project, 'package.json'), '{ "private": true }\n')
  copyDependencies(project)
  // The package has just been built, for the project of the other tests.
  const { code, output } = await run(project, 'bash', [
    '-c',
    `export npm_config_ignore_scripts=true\n${block.code}`,
  ])
  t.equal(code, 0, output)
  const bin = join('node_modules', '.bin', 'pinpoint-local')
  t.strictSame(await run(project, process.execPath, [bin, '--version']), { code: 0, output: `${version}\n` })
})

t.test('prepare.js does nothing where the development dependencies are not installed', async t => {
  const prepare = join(root, 'prepare.js')
  t.strictSame(await run(makeFolder(t), process.execPath, [prepare]), { code: 0, output: '' })
})

t.test('the types of the package need no development dependencies', async t => {
  writeFileSync(
    join(folder, 'types.mts'),
    `import { type Fault, type FaultRule, type ImportJobResponse, type JobControl, type JobStatus, type OutboxMessage, type PinpointOptions, StartError, startPinpoint } from 'pinpoint-local'
     const options: PinpointOptions = { port: 0, ephemeral: true, s3Dir: 'x', quotas: true, preflight: 'strict', keepProcessAlive: true }
     const pinpoint = await startPinpoint(options)
     const job: ImportJobResponse = await pinpoint.waitForImportJob('app', 'job', { timeoutMs: 1 })
     const failures: string[] | undefined = job.JobStatus === 'FAILED' ? job.Failures : undefined
     await using again = await startPinpoint()
     export const all = [failures, again.clientConfig.endpoint, StartError]
     const rule: FaultRule = { operation: 'SendMessages', error: 'TooManyRequestsException', times: 2 }
     const added: Fault = await pinpoint.faults.add(rule)
     await pinpoint.faults.remove(added.id)
     const control: JobControl = await pinpoint.jobControl.set({ mode: 'timed', delayMs: 5 })
     const state: JobStatus = (await pinpoint.advance('app', 'job', { to: 'PROCESSING' })).JobStatus
     export const more = [await pinpoint.faults.list(), await pinpoint.jobControl.get(), control, state]
     const sms: OutboxMessage = await pinpoint.waitForMessage({ address: '+1', channel: 'SMS' }, { timeoutMs: 1 })
     export const [body, parts]: [string | undefined, number | undefined] = [sms.body, sms.parts]
     export const messages: OutboxMessage[] = await pinpoint.messages()
     // @ts-expect-error there is no such channel
     await pinpoint.messages({ channel: 'FAX' })
     // @ts-expect-error there is no such exception
     await pinpoint.faults.add({ error: 'NixException' })
     // @ts-expect-error there is no such state
     await pinpoint.advance('app', 'job', { to: 'DONE' })
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

t.test('the package has the licence of every package that is bundled', async t => {
  const text = readFileSync(join(folder, 'node_modules', 'pinpoint-local', 'dist', 'LICENSES.txt'), 'utf8')
  const licences = text.split(`\n${'-'.repeat(80)}\n`)
  t.ok(licences.length > 50)
  const names = licences.filter(licence => licence.length < 500).map(licence => licence.trim().split('\n')[0])
  t.strictSame(names, [], 'none is shorter than the shortest licence')
})

t.test('pinpoint-local import says whether the example imports', async t => {
  const bin = join('node_modules', '.bin', 'pinpoint-local')
  const { code, output } = await run(folder, bin, ['import', join('examples', 'buckets', 'demo')])
  t.match({ code, output }, { code: 0, output: /3 records read, 2 imported, 1 refused/ })
})

t.test('pinpoint-local render says whether a template renders', async t => {
  const bin = join('node_modules', '.bin', 'pinpoint-local')
  writeFileSync(
    join(folder, 'mail.hbs'),
    '{{#each a}}{{/each}}{{upper "hi"}} {{dateFormat "2020-09-19" tz=Asia/Tokyo}}\n',
  )
  t.strictSame(await run(folder, bin, ['render', 'mail.hbs']), { code: 0, output: 'HI Sep 19, 2020\n' })
})

t.test('the example for node:test passes', async t => {
  link('@aws-sdk/client-pinpoint')
  const { code, output } = await run(join(folder, 'examples', 'node-test'), process.execPath, ['--test'])
  t.equal(code, 0, output)
})
