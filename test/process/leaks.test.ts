import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t, { type Test } from 'tap'
import { makeFolder } from '../buckets.ts'
import { spawnEmulator } from './spawn.ts'

const secrets = {
  ACCESS_KEYS: 'id:secret-of-a-key',
  CONTROL_TOKEN: 'secret-token',
  AWS_ACCESS_KEY_ID: 'any',
  AWS_SECRET_ACCESS_KEY: 'secret-of-s3',
  AWS_SESSION_TOKEN: 'secret-session',
}

/** What the threads of an emulator are started with, as text: node loads a module into each that writes it down. */
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

t.test('it is handed those of S3 where it reads S3, and no others', async t => {
  const data = await threadDataOf(t, { AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9' })
  t.match(data, 'secret-of-s3')
  t.match(data, 'secret-session')
  t.notMatch(data, /secret-of-a-key|secret-token/)
})
