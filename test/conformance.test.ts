import { readFileSync } from 'node:fs'
import type { RouteOptions } from 'fastify'
import t, { type Test } from 'tap'
import { evidenceOf } from '../server/model/evidence.ts'
import { lifecycleOf } from '../server/model/lifecycle.ts'
import { buildTestApp } from './support/helpers.ts'

/** One row of the service model, remade by `fixtures/make-operations.ts`. */
interface Operation {
  name: string
  method: string
  uri: string
  status: number
  path: string[]
  query: string[]
  body: boolean
}
const operations: Operation[] = JSON.parse(
  readFileSync(new URL('../fixtures/operations.json', import.meta.url), 'utf8'),
)

/** Every route that the application registers. */
async function collectRoutes(t: Test): Promise<RouteOptions[]> {
  const routes: RouteOptions[] = []
  const { app } = buildTestApp(t)
  app.addHook('onRoute', route => void routes.push(route))
  await app.ready()
  // PhoneNumberValidate and PutEvents have second ones, which are not described.
  return routes.filter(({ url, schema }) => url.startsWith('/v1/') && schema?.hide !== true)
}

const schemaNames = (schema: unknown) =>
  Object.keys((schema as { properties?: object } | undefined)?.properties ?? {})
const toCamel = (name: string) => name.replace(/-(\w)/g, (_, letter) => letter.toUpperCase())

t.test(
  'every operation of the model has one route of the same method, URI, status and parameters',
  async t => {
    const routes = await collectRoutes(t)
    t.equal(operations.length, 122, "fixtures/operations.json has the model's operations")
    for (const { name, method, uri, status, path, query } of operations) {
      const found = routes.filter(route => route.config?.operation === name)
      t.equal(found.length, 1, `${name} has one route`)
      t.doesNotThrow(() => evidenceOf(name), `${name} is in evidence.ts`)
      t.doesNotThrow(() => lifecycleOf(name), `${name} is in lifecycle.ts`)
      const [route] = found
      // The model's ARN is one parameter that may hold slashes.
      const isTags = uri === '/v1/tags/{resource-arn}'
      const url = isTags
        ? '/v1/tags/*'
        : uri.replace(/\{([^}]+)\}/g, (_, parameter) => `:${toCamel(parameter)}`)
      t.match(
        {
          method: route?.method,
          url: route?.url,
          path: schemaNames(route?.schema?.params),
          query: schemaNames(route?.schema?.querystring).sort(),
          status: Object.keys(route?.schema?.response ?? {}),
        },
        { method, url, path: isTags ? ['*'] : path.map(toCamel), query, status: [String(status)] },
        name,
      )
    }
  },
)

t.test('there is no route under /v1 that the model does not have', async t => {
  const names = new Set(operations.map(operation => operation.name))
  for (const route of await collectRoutes(t))
    t.ok(names.has(route.config?.operation ?? ''), `${route.method} ${route.url}`)
})
