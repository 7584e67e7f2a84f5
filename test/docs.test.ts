import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { GetAppsCommand } from '@aws-sdk/client-pinpoint'
import t from 'tap'
import { allSettings } from '../server/config.ts'
import type { Pinpoint } from '../server/index.ts'

const root = new URL('../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')
const clients = read('docs/clients.md')
const recipes = read('docs/recipes.md')

/** The blocks of code of one language in a page, each with the heading above it. */
function blocksOf(page: string, language: string) {
  return page.split(/^## /m).flatMap(part => {
    const blocks = part.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))
    return [...blocks].map(([, code]) => ({ heading: part.slice(0, part.indexOf('\n')), code: code! }))
  })
}

const dir = t.testdir({ 'seed.json': blocksOf(recipes, 'json')[0]!.code })

/** Loads code of a page as a module. */
async function load(name: string, code: string) {
  const replaced = code
    .replace("'pinpoint-local'", `'${new URL('server/index.ts', root).href}'`)
    .replace("'test/buckets'", JSON.stringify(fileURLToPath(new URL('examples/buckets', root))))
    .replace("'test/seed.json'", JSON.stringify(join(dir, 'seed.json')))
  writeFileSync(join(dir, name), replaced)
  return import(pathToFileURL(join(dir, name)).href)
}

t.test('the recipes can be run as they stand', async t => {
  const [top, ...blocks] = blocksOf(recipes, 'ts')
  const recipe = ({ code }: { code: string }) => `async () => {\n${code}}`
  const module = await load(
    'recipes.ts',
    `${top!.code}
export { pinpoint, client, importUsers }
export const recipes = [${blocks.map(recipe).join(',\n')}]`,
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

  for (const [index, { heading }] of blocks.entries()) {
    await pinpoint.reset({ seed: true })
    await t.resolves(module.recipes[index](), `ts: ${heading}`)
  }

  let snapshot: ArrayBuffer | undefined
  const variables: Record<string, string> = {
    P: `${pinpoint.url}/_pinpoint`,
    APP: '0123456789abcdef0123456789abcdef',
  }
  /** A call of curl, made by fetch. */
  async function curl(line: string) {
    const method = /-X (\w+)/.exec(line)?.[1]
    const body = /-d '(.*?)'/.exec(line)?.[1]
    const url = /(?:"|\s)(\$P\S*?)(?:"|\s|$)/
      .exec(line)![1]!
      .replace(/\$(\w+)/g, (_, name) => variables[name]!)
    const uploads = line.includes(' -T ')
    const response = await fetch(url, {
      method: method ?? (uploads ? 'PUT' : 'GET'),
      ...(body && { body, headers: { 'content-type': 'application/x-www-form-urlencoded' } }),
      ...(uploads && { body: snapshot! }),
    })
    const answer = await response.arrayBuffer()
    if (line.includes(' -o ')) snapshot = answer
  }
  for (const { heading, code } of blocksOf(recipes, 'sh')) {
    await pinpoint.reset({ seed: true })
    variables.JOB = ''
    if (!code.includes('JOB=')) variables.JOB = await module.importUsers()
    for (const line of code.split('\n')) {
      if (line.startsWith('JOB=')) variables.JOB = await module.importUsers()
      if (line.startsWith('curl ')) await t.resolves(curl(line), `sh: ${heading}`)
    }
  }

  const javascript = blocksOf(clients, 'ts')[0]!.code.replace('http://127.0.0.1:7467', pinpoint.url)
  const { client } = await load('clients.ts', `${javascript}\nexport { client }`)
  t.teardown(() => client.destroy())
  await t.resolves(client.send(new GetAppsCommand({})), 'the JavaScript v3 of clients.md')
})

t.test('what the pages name is there', async t => {
  const text = clients + recipes
  const operations = new Set(
    JSON.parse(read('fixtures/operations.json')).map(({ name }: { name: string }) => name),
  )
  for (const [word] of text.matchAll(/\b(?:Create|Get|Update|Delete|Put)[A-Z]\w+/g))
    t.ok(operations.has(word.replace(/Command$/, '')), word)

  // Those that clients read, and not the emulator.
  const variables = new Set(['AWS_ENDPOINT_URL_PINPOINT', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'])
  for (const name of ['AWS_DEFAULT_REGION', 'US_EAST_1']) variables.add(name)
  for (const { variables: names } of Object.values(allSettings)) for (const name of names) variables.add(name)
  for (const [word] of text.matchAll(/\b(?:[A-Z]+(?:_[A-Z0-9]+)+|SEED)\b/g)) t.ok(variables.has(word), word)

  for (const [, path] of text.matchAll(/\]\((?!#|http)([^)#]+)/g))
    t.ok(existsSync(new URL(path!, new URL('docs/', root))), path!)
})
