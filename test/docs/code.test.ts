import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Script } from 'node:vm'
import { GetAppsCommand } from '@aws-sdk/client-pinpoint'
import t, { type Test } from 'tap'
import type { Pinpoint } from '../../server/index.ts'
import { createApp, runImport, startEmulator } from '../support/helpers.ts'
import { run } from '../support/project.ts'
import { blocksOf, pages, root } from './pages.ts'

/*
 * The code in the pages is run: TypeScript here, shell by type-lines.ts, Python in python.test.ts.
 */

const inLanguage = (page: string, language: string) =>
  blocksOf(page).filter(block => block.language === language && block.notRun === undefined)

const recipes = 'docs/recipes.md'
const dir = t.testdir({ 'seed.json': inLanguage(recipes, 'json')[0]!.code })

/** The package from its sources. */
const packageFile = pathToFileURL(join(root, 'server', 'index.ts')).href

/** Loads the code of a page as a module. */
async function load(name: string, code: string) {
  const replaced = code
    .replaceAll("'pinpoint-local'", `'${packageFile}'`)
    .replaceAll("'test/buckets'", JSON.stringify(join(root, 'examples', 'buckets')))
    .replaceAll("'test/seed.json'", JSON.stringify(join(dir, 'seed.json')))
  writeFileSync(join(dir, name), replaced)
  return import(pathToFileURL(join(dir, name)).href)
}

t.test('the recipes in TypeScript can be run as they stand', async t => {
  const [top, ...blocks] = inLanguage(recipes, 'ts')
  const module = await load(
    'recipes.ts',
    `${top!.code}
export { pinpoint, client }
export const recipes = [${blocks.map(({ code }) => `async () => {\n${code}}`).join(',\n')}]`,
  )
  const pinpoint: Pinpoint = module.pinpoint
  t.teardown(async () => {
    module.client.destroy()
    await pinpoint.close()
  })
  const realFetch = globalThis.fetch
  t.teardown(() => {
    globalThis.fetch = realFetch
  })
  globalThis.fetch = async (...args) => {
    const response = await realFetch(...args)
    t.ok(response.ok, `${args[1]?.method ?? 'GET'} ${args[0]} is ${response.status}`)
    return response
  }
  for (const [index, { section }] of blocks.entries()) {
    await pinpoint.reset({ seed: true })
    await t.resolves(module.recipes[index](), section)
  }
})

t.test('the tests of the page about messages pass under node:test', async t => {
  const [block] = inLanguage('docs/message-tests.md', 'ts')
  const code = block!.code.replace("'pinpoint-local'", `'${packageFile}'`)
  writeFileSync(join(dir, 'messages.test.ts'), code)
  const ended = await run(dir, process.execPath, ['--test', '--test-reporter=tap', 'messages.test.ts'])
  t.equal(ended.code, 0, ended.output)
  t.match(ended.output, /^# pass 4$/m)
})

t.test('the client for JavaScript, as its page makes it, reaches an emulator', async t => {
  const { url } = await startEmulator(t)
  const block = inLanguage('docs/clients.md', 'ts').find(({ code }) => code.includes('new PinpointClient('))!
  const code = `${block.code.replaceAll('http://127.0.0.1:7467', url)}\nexport { client }`
  const { client } = await load('clients.ts', code)
  t.teardown(() => client.destroy())
  await t.resolves(client.send(new GetAppsCommand({})))
})

t.test("the README's emulator in a test process can be run as it stands", async t => {
  const block = inLanguage('README.md', 'ts').find(({ code }) => code.includes('startPinpoint('))!
  const created = `
const { ApplicationResponse } = await client.send(new CreateAppCommand({ CreateApplicationRequest: { Name: 'first' } }))
const appId = ApplicationResponse!.Id!
const { ImportJobResponse } = await client.send(new CreateImportJobCommand({ ApplicationId: appId, ImportJobRequest: {
  Format: 'CSV', S3Url: 's3://demo/users.csv', RoleArn: 'arn:aws:iam::123456789012:role/any' } }))
const jobId = ImportJobResponse!.Id!`
  const code = block.code.replace('// … CreateApp, CreateImportJob …', created)
  t.not(code, block.code, 'it says where an application and a job are created')
  const imports = `import { CreateAppCommand, CreateImportJobCommand, PinpointClient } from '@aws-sdk/client-pinpoint'`
  const { job, client } = await load('readme.ts', `${imports}\n${code}\nexport { client, job }`)
  client.destroy()
  t.match(job, { JobStatus: 'COMPLETED' })
})

t.test('the example files of imports import without a failure', async t => {
  const s3 = join(dir, 's3')
  mkdirSync(join(s3, 'demo'), { recursive: true })
  const { client } = await startEmulator(t, { S3_DIR: s3 })
  const app = await createApp(client)
  const importOf = async (t: Test, name: string, code: string) => {
    writeFileSync(join(s3, 'demo', name), code)
    const Format = name.endsWith('.csv') ? 'CSV' : 'JSON'
    const job = await runImport(client, app, { S3Url: `s3://demo/${name}`, Format })
    t.match(
      job,
      { JobStatus: 'COMPLETED', TotalProcessed: 1, TotalFailures: 0 },
      JSON.stringify(job.Failures),
    )
  }
  const json = inLanguage('docs/imports.md', 'json')
  const csv = inLanguage('docs/imports.md', 'csv')
  t.ok(json.length > 0 && csv.length > 1)
  for (const [index, { code }] of json.entries()) await importOf(t, `${index}.json`, code)
  for (const [index, { code }] of csv.entries()) await importOf(t, `${index}.csv`, code)
})

t.test('all JavaScript and JSON in the pages is well formed', async t => {
  for (const page of pages) {
    for (const { line, code } of inLanguage(page, 'js'))
      t.doesNotThrow(() => new Script(code), `${page}:${line}`)
    for (const { line, code } of inLanguage(page, 'json'))
      t.doesNotThrow(() => JSON.parse(code), `${page}:${line}`)
  }
})
