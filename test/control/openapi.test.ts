import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox'
import { Validator } from '@seriousme/openapi-schema-validator'
import type { RouteOptions } from 'fastify'
import t, { type Test } from 'tap'
// A build has the document that was made of the sources; here it is made.
import { buildApp } from '../../server/emulator/app.ts'
import { ImportJobResponse } from '../../server/model/import-job.ts'
import { buildTestApp } from '../support/helpers.ts'

/** What is looked at here of an operation. */
interface Operation {
  operationId: string
  summary: string
  tags: string[]
  security: object[]
  externalDocs?: { url: string }
  parameters?: { name: string; in: string; description?: string; schema: { type: string } }[]
  requestBody?: { content: Record<string, { schema: object }> }
  responses: Record<string, { $ref?: string; content?: Record<string, { schema: object }> }>
}

interface Document {
  openapi: string
  servers: { url: string }[]
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, { title: string; properties: Record<string, object> }> }
}

/** Reads the description, which must be a valid one, and its operations by their ids. */
async function describe(t: Test, { app }: Pick<ReturnType<typeof buildTestApp>, 'app'>) {
  const response = await app.inject({
    url: '/_pinpoint/openapi.json',
    headers: { host: 'pinpoint.test:7467' },
  })
  t.equal(response.statusCode, 200, response.body.slice(0, 1000))
  const document: Document = response.json()
  const { valid, errors } = await new Validator().validate(response.json())
  t.ok(valid, JSON.stringify(errors))
  for (const [, name] of response.body.matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
    if (document.components.schemas[name!] === undefined) t.fail(`${name} is not described`)
  }
  const operations = new Map<string, Operation & { path: string; method: string }>()
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      t.notOk(operations.has(operation.operationId), `${operation.operationId} is there once`)
      operations.set(operation.operationId, { path, method, ...operation })
    }
  }
  return { document, operations }
}

/**
 * Whether a route is more than what answers for paths at which there is nothing. PhoneNumberValidate,
 * PutEvents and health have second routes, which are not described.
 */
const isOperation = ({ config, url, method }: RouteOptions) =>
  config?.operation !== undefined && method !== 'HEAD' && !/\/(legacy)?$/.test(url)

t.test('the OpenAPI document is valid, and has every operation that is served and no other', async t => {
  const built = buildTestApp(t, { build: buildApp })
  const { document, operations } = await describe(t, built)
  t.match(document, { openapi: '3.1.0', servers: [{ url: 'http://pinpoint.test:7467' }] })
  for (const { url, method, config, schema } of built.app.routes.filter(isOperation)) {
    const isServed = url.startsWith('/_pinpoint/') || (schema as { hide?: boolean }).hide !== true
    const described = operations.get(config!.operation!)
    t.equal(described !== undefined, isServed, `${method} ${url}`)
    if (described === undefined) continue
    const path = url.replace('*', '{resourceArn}').replace(/:(\w+)/g, '{$1}')
    t.match(described, { path, method: String(method).toLowerCase() })
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
    const parameters = described.parameters ?? []
    t.same(
      parameters.filter(({ in: place }) => place === 'path').map(({ name }) => name),
      inPath,
    )
    for (const { name, description } of parameters) t.ok(description, `${config?.operation}: ${name}`)
  }
})

t.test('every route has the name of an operation, or is hidden', async t => {
  const { app } = buildTestApp(t, { build: buildApp })
  for (const { url, method, config, schema } of app.routes) {
    const isHidden = (schema as { hide?: boolean } | undefined)?.hide === true
    t.ok(isHidden || method === 'HEAD' || config?.operation, `${method} ${url} has config.operation`)
  }
})

t.test("bodies and answers of Pinpoint's operations are shapes with the model's names", async t => {
  const { operations } = await describe(t, buildTestApp(t, { build: buildApp }))
  // What is wrong with an item is told in its own answer, so any item is taken.
  const unnamed = new Set(['body of UpdateEndpointsBatch', 'body of PutEvents'])
  for (const { operationId, path, requestBody, responses } of operations.values()) {
    if (!path.startsWith('/v1/')) continue
    const contents = [
      ['body', requestBody?.content],
      ...Object.entries(responses).map(([status, { content }]) => [status, content] as const),
    ] as const
    for (const [what, content] of contents) {
      const schema = content?.['application/json']?.schema
      const name = `${what} of ${operationId}`
      if (schema !== undefined && !unnamed.has(name)) {
        t.ok('$ref' in schema, `${name}: its file in server/model/ is in describe-api.ts`)
      }
    }
  }
})

t.test('an operation of Pinpoint has its shapes, its errors and the page that tells of it', async t => {
  const { document, operations } = await describe(t, buildTestApp(t, { build: buildApp }))
  const { responses, ...create } = operations.get('CreateImportJob')!
  const shape = (name: string) => ({ schema: { $ref: `#/components/schemas/${name}` } })
  t.match(create, {
    path: '/v1/apps/{applicationId}/jobs/import',
    method: 'post',
    summary: 'Create import job',
    tags: ['Pinpoint'],
    security: [{ sigv4: [] }, {}],
    deprecated: true,
    'x-lifecycle': 'ended',
    'x-successor': 'Amazon Connect Customer Profiles',
    requestBody: { content: { 'application/json': shape('ImportJobRequest') } },
  })
  t.match(responses, {
    201: { description: 'Created', content: { 'application/json': shape('ImportJobResponse') } },
    400: { $ref: '#/components/responses/BadRequestException' },
    429: { $ref: '#/components/responses/TooManyRequestsException' },
  })
  t.match(document.components.schemas.ImportJobResponse, {
    title: 'ImportJobResponse',
    required: ['ApplicationId', 'Id', 'JobStatus', 'CreationDate', 'Type', 'Definition'],
    properties: {
      JobStatus: { $ref: '#/components/schemas/JobStatus' },
      TotalFailures: { type: 'integer' },
      Definition: { $ref: '#/components/schemas/ImportJobRequest' },
    },
  })
  t.match(document.components.schemas.JobStatus, { enum: ['CREATED', 'PREPARING_FOR_INITIALIZATION'] })
  t.match(operations.get('TagResource')!, { 'x-lifecycle': 'lives-on', deprecated: undefined })
  t.strictSame(operations.get('TagResource')?.responses[204], { description: 'No Content' })
  const [, tagKeys] = operations.get('UntagResource')!.parameters!
  t.match(tagKeys ?? {}, { in: 'path', name: 'resourceArn' })
})

t.test('the pages of operations are those that their files name', async t => {
  const { operations } = await describe(t, buildTestApp(t, { build: buildApp }))
  const resources = new URL('../../server/resources/', import.meta.url).pathname
  let compared = 0
  for (const file of readdirSync(resources, { recursive: true, encoding: 'utf8' })) {
    const text = file.endsWith('.ts') ? readFileSync(join(resources, file), 'utf8') : ''
    const page = text.match(
      /@see (https:\/\/docs\.aws\.amazon\.com\/pinpoint\/latest\/apireference\/\S+)/,
    )?.[1]
    const operation = text.match(/operation: '(\w+)'/)?.[1]
    if (page === undefined || operation === undefined) continue
    t.equal(operations.get(operation)?.externalDocs?.url, page, operation)
    compared++
  }
  t.ok(compared > 20)
})

t.test('every control call says what it does, what it answers and what opens it', async t => {
  const { app } = buildTestApp(t, { build: buildApp })
  const { operations } = await describe(t, { app })
  const routes = app.routes.filter(isOperation).filter(({ url }) => url.startsWith('/_pinpoint/'))
  t.ok(routes.length > 5)
  for (const { url, method, config, schema } of routes) {
    const name = `${method} ${url}`
    const { summary, tags, security, responses } = operations.get(config!.operation!)!
    t.match(summary, /^[A-Z].{10,}$/, `${name} has a summary`)
    t.strictSame(tags, ['control'], name)
    const isOpen = url === '/_pinpoint/health'
    t.strictSame(security, isOpen ? [] : [{ token: [] }, { session: [] }, { sigv4: [] }, {}], name)
    t.equal(responses[401] === undefined, isOpen, `${name} 401`)
    t.ok(responses[403], `${name} 403`)
    const response = (schema?.response ?? {}) as Record<string, object>
    t.ok(
      Object.keys(response).some(status => status.startsWith('2')),
      `${name} has a schema for its answer`,
    )
    for (const status of Object.keys(response)) t.ok(responses[status], `${name} ${status}`)
    t.match(responses[400], { $ref: '#/components/responses/BadRequestException' })
    const namesSomething = url.includes(':') || url === '/_pinpoint/render'
    t.equal(responses[404] !== undefined, namesSomething, `${name} can answer 404 if it names something`)
  }
  t.match(operations.get('metrics')?.responses[200], {
    content: { 'text/plain': { schema: { type: 'string' } } },
  })
})

t.test('a control call that is added is described without further ado', async t => {
  const Tree = Type.Recursive(Self => Type.Object({ children: Type.Array(Self) }))
  const plantTree: FastifyPluginAsyncTypebox = async app => {
    app.put(
      '/_pinpoint/apps/:applicationId/trees',
      {
        config: { operation: 'plantTree' },
        schema: {
          summary: 'Plants a tree',
          params: Type.Object({ applicationId: Type.String() }),
          querystring: Type.Object({ deep: Type.Optional(Type.Boolean({ description: 'How' })) }),
          body: Tree,
          response: {
            201: Type.Object({ tree: Tree, job: Type.Optional(ImportJobResponse) }),
            204: Type.Null(),
          },
        },
      },
      async () => {},
    )
  }
  const { app } = buildTestApp(t, { build: buildApp })
  app.register(plantTree)
  const { document, operations } = await describe(t, { app })
  const { requestBody, responses, parameters } = operations.get('plantTree')!
  t.match(parameters, [
    { name: 'deep', in: 'query', description: 'How' },
    { name: 'applicationId', in: 'path' },
  ])
  const { $ref } = requestBody!.content['application/json']!.schema as { $ref: string }
  const properties = { tree: { $ref }, job: { $ref: '#/components/schemas/ImportJobResponse' } }
  t.match(responses, { 201: { content: { 'application/json': { schema: { properties } } } } })
  t.match(document.components.schemas[$ref.split('/').at(-1)!]?.properties, {
    children: { type: 'array', items: { $ref } },
  })
})
