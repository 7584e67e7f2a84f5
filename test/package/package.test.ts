import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { makeProject, run, runsPackage } from './project.ts'

const tsc = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url))
const { folder, link } = await makeProject(t)

t.test('the package runs from a clean project', t =>
  runsPackage(t, folder, process.execPath, process.versions.node.split('.')[0]!),
)

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

t.test('the example for node:test passes', async t => {
  link('@aws-sdk/client-pinpoint')
  const { code, output } = await run(join(folder, 'examples', 'node-test'), process.execPath, ['--test'])
  t.equal(code, 0, output)
})
