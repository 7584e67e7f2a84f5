import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t, { type Test } from 'tap'
import { makeFolder } from '../support/buckets.ts'
import { csvOf } from '../support/endpoint-files.ts'
import { createApp, createImportJob, runExport, runImport } from '../support/helpers.ts'
import { startS3, unusedUrl } from '../support/s3.ts'
import { runMain, spawnEmulator } from '../support/spawn.ts'

const secrets = {
  ACCESS_KEYS: 'id:secret-of-a-key',
  CONTROL_TOKEN: 'secret-token',
  AWS_ACCESS_KEY_ID: 'any',
  AWS_SECRET_ACCESS_KEY: 'secret-of-s3',
  AWS_SESSION_TOKEN: 'secret-session',
}

/**
 * What the threads of an emulator are started with, as text: node loads a module into each that writes it
 * down.
 */
async function threadDataOf(t: Test, env: Record<string, string>): Promise<string> {
  const folder = makeFolder(t)
  const [module, written] = [join(folder, 'look.mjs'), join(folder, 'data.txt')]
  writeFileSync(
    module,
    `import { appendFileSync } from 'node:fs'
     import { inspect } from 'node:util'
     import { isMainThread, workerData } from 'node:worker_threads'
     if (!isMainThread) appendFileSync(${JSON.stringify(written)}, inspect(workerData, { depth: null }))`,
  )
  const NODE_OPTIONS = `--import=${pathToFileURL(module)}`
  await spawnEmulator(t, { ...secrets, ...env, NODE_OPTIONS, DATA_DIR: makeFolder(t) })
  return readFileSync(written, 'utf8')
}

t.test('the job worker is handed no secret that it does not need', async t => {
  const data = await threadDataOf(t, {})
  t.match(data, /pieceBytes/, 'its settings')
  t.notMatch(data, /secret|accessKey|token/i)
})

t.test('the job worker is handed the secrets of S3 where it reads S3, and no others', async t => {
  const data = await threadDataOf(t, { AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9' })
  t.match(data, 'secret-of-s3')
  t.match(data, 'secret-session')
  t.notMatch(data, /secret-of-a-key|secret-token/)
})

const withPassword = (url: string) => url.replace('://', '://user:open-sesame@')

t.test('the password in the URL of an S3 endpoint is told to nobody', async t => {
  const url = await unusedUrl()
  const env = { AWS_ENDPOINT_URL_S3: withPassword(url), LOG_LEVEL: 'trace' }
  const emulator = await spawnEmulator(t, { ...env, DATA_DIR: makeFolder(t) })
  const app = await createApp(emulator.client)
  const imported = await runImport(emulator.client, app, { S3Url: 's3://data/users.csv' })
  t.match(imported.Failures, [`${url} cannot be reached`], 'where the objects were to be')
  const exported = await runExport(emulator.client, app)
  t.match(exported.Failures, [`${url} cannot be reached`])
  const page = await fetch(`${emulator.url}/_pinpoint/apps/${app}/import-jobs/${imported.Id}`)
  const all = [imported, exported, await page.json(), emulator.log()]
  t.notMatch(JSON.stringify(all), /open-sesame|user:/)
  t.match(JSON.stringify(emulator.log()), /the user and password .* are not used: .*AWS_SECRET_ACCESS_KEY/)

  const strict = await spawnEmulator(t, { ...env, PREFLIGHT: 'strict', DATA_DIR: makeFolder(t) })
  const create = createImportJob(strict.client, await createApp(strict.client), { S3Url: 's3://data/x.csv' })
  await t.rejects(create, { message: new RegExp(`^s3://data/x.csv: ${url} cannot be reached`) })
  t.notMatch(JSON.stringify(strict.log()), 'open-sesame')
})

t.test('an S3 endpoint with a password in its URL is read with the keys that are set for S3', async t => {
  const s3 = await startS3(t)
  await s3.put('data', 'users.csv', csvOf('e1'))
  const env = { ...s3.env, AWS_ENDPOINT_URL_S3: withPassword(s3.url) }
  const { client } = await spawnEmulator(t, { ...env, DATA_DIR: makeFolder(t) })
  const job = await runImport(client, await createApp(client), { S3Url: 's3://data/users.csv' })
  t.match(job, { JobStatus: 'COMPLETED', TotalProcessed: 1 })
})

t.test('a setting with a URL that is refused is shown without the password', async t => {
  for (const [url, shown] of [
    ['htp://user:open-sesame@minio:9000', 'htp://***@minio:9000'],
    ['user:open-sesame@minio:9000', '***@minio:9000'],
    ['http://user:open-sesame@', 'http://***@'],
    ['http://user:open/sesame@minio', 'http://***@minio'],
    ['http://user:open-sesame@127.0.0.1:7467', 'http://***@127.0.0.1:7467'],
  ] as const) {
    const { code, stderr } = await runMain(t, { AWS_ENDPOINT_URL_S3: url, PORT: '7467' })
    t.equal(code, 1, url)
    t.match(stderr, shown)
    t.notMatch(stderr, /sesame|user/)
  }
})
