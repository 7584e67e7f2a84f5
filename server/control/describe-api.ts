import { STATUS_CODES } from 'node:http'
import swagger from '@fastify/swagger'
import { Kind, type TSchema, Type } from '@sinclair/typebox'
import Fastify, { type FastifySchema, type RouteOptions } from 'fastify'
import { jsonType } from '../http/content-type.ts'
import { isControlRoute, isOpenRoute } from '../http/control-path.ts'
import { sessionCookie } from '../http/doors/sessions.ts'
import { errorTypeHeader } from '../http/errors/error-handler.ts'
import { type ExceptionName, statusOf } from '../http/errors/exceptions.ts'
import { requestIdHeader } from '../http/request-id.ts'
import * as application from '../model/application.ts'
import * as applicationSettings from '../model/application-settings.ts'
import * as attributes from '../model/attributes.ts'
import * as campaign from '../model/campaign.ts'
import * as channel from '../model/channel.ts'
import * as common from '../model/common.ts'
import * as endpoint from '../model/endpoint.ts'
import * as event from '../model/event.ts'
import * as eventFilter from '../model/event-filter.ts'
import * as eventStream from '../model/event-stream.ts'
import { evidenceOf } from '../model/evidence.ts'
import { withoutPayloadTooLarge } from '../model/exception.ts'
import * as exportJob from '../model/export-job.ts'
import * as importJob from '../model/import-job.ts'
import * as jobStatus from '../model/job-status.ts'
import * as journey from '../model/journey.ts'
import * as kpi from '../model/kpi.ts'
import { lifecycleOf } from '../model/lifecycle.ts'
import * as message from '../model/message.ts'
import * as otp from '../model/otp.ts'
import * as phoneNumber from '../model/phone-number.ts'
import * as recommender from '../model/recommender.ts'
import * as segment from '../model/segment.ts'
import * as segmentDimensions from '../model/segment-dimensions.ts'
import * as tags from '../model/tags.ts'
import * as template from '../model/template.ts'
import { version } from '../version.ts'

const shapes: Record<string, unknown> = {
  ...{ ...common, ...application, ...applicationSettings, ...attributes, ...endpoint, ...eventStream },
  ...{ ...importJob, ...exportJob, ...jobStatus, ...segment, ...segmentDimensions, ...tags },
  ...template,
  ...{ ...channel, ...recommender, ...message, ...otp, ...phoneNumber },
  ...{ ...campaign, ...journey, ...event, ...eventFilter, ...kpi },
}

/** Names of shapes: those under which they are exported, which are the model's. */
const nameOf = new Map<unknown, string>()
for (const [name, shape] of Object.entries(shapes)) {
  const isSchema = typeof shape === 'object' && shape !== null && Kind in shape
  if (isSchema && !nameOf.has(ownPart(shape))) nameOf.set(ownPart(shape), name)
}

/** The part of a shape that is the same object in its copies, such as optional ones. */
function ownPart({ properties, patternProperties, enum: values }: Record<string, unknown>): unknown {
  return properties ?? patternProperties ?? values
}

/** The exceptions that operations of Pinpoint can answer: most of them all of these (source: model). */
const pinpointErrors: ExceptionName[] = [
  'BadRequestException',
  'ForbiddenException',
  'NotFoundException',
  'MethodNotAllowedException',
  'PayloadTooLargeException',
  'TooManyRequestsException',
  'InternalServerErrorException',
]

/** The exception of a control call without a token. */
const unauthorized: ExceptionName = 'UnauthorizedException'

/**
 * The exceptions that control calls can answer: UnauthorizedException only if they need a token,
 * NotFoundException only if their path, or the body of `render`,
 * names something.
 */
const controlErrors: ExceptionName[] = [
  'BadRequestException',
  unauthorized,
  'ForbiddenException',
  'NotFoundException',
  'InternalServerErrorException',
]

/** An exception that advancing a job can answer as well. */
const conflict: ExceptionName = 'ConflictException'

/** Whether a route is left out: catch-all routes. */
const isHidden = ({ schema }: RouteOptions): boolean =>
  (schema as { hide?: boolean } | undefined)?.hide === true

/**
 * Makes the OpenAPI 3.1 document of routes, from the schemas that validate their requests and
 * serialize their answers. @fastify/swagger collects routes as they are registered, so they are
 * registered once more, in an application that is never called.
 */
export async function describeApi(routes: RouteOptions[]): Promise<object> {
  const app = Fastify({ exposeHeadRoutes: false })
  app.setValidatorCompiler(() => () => true)
  app.setSerializerCompiler(() => JSON.stringify)
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'pinpoint-local',
        version,
        description:
          'An emulator of Amazon Pinpoint: the operations that it serves, and the control API, which Pinpoint does not have.',
        license: { name: 'MIT', identifier: 'MIT' },
      },
      tags: [
        { name: 'Pinpoint', description: "Operations of Amazon Pinpoint's API" },
        {
          name: 'control',
          description:
            "The emulator's own calls, which Pinpoint does not have. Unknown query parameters, members and bodies are refused with 400.",
        },
      ],
      components: {
        responses: Object.fromEntries(
          [...pinpointErrors, unauthorized, conflict].map(name => [name, describeError(name)]),
        ),
        securitySchemes: {
          sigv4: {
            type: 'apiKey',
            in: 'header',
            name: 'Authorization',
            description: 'Signature Version 4, for mobiletargeting; checked where ACCESS_KEYS is set',
          },
          token: {
            type: 'http',
            scheme: 'bearer',
            description: 'The token of CONTROL_TOKEN, where it is set',
          },
          session: {
            type: 'apiKey',
            in: 'cookie',
            name: sessionCookie,
            description:
              "What openSession sets, for the emulator's own pages; a hyphen and the port follow its name where the URL has a port",
          },
        },
      },
    },
    refResolver: { buildLocalReference: ({ $id }) => String($id) },
  })

  const components = new Components()
  components.refer(common.MessageBody)
  const described = routes.filter(route => !isHidden(route))
  for (const route of described) {
    app.route({
      method: route.method,
      url: route.url.replace('*', ':resourceArn'),
      schema: describe(route, components),
      handler: async () => {},
    })
  }
  for (const component of components.all()) app.addSchema(component)
  await app.ready()
  const document = app.swagger()
  await app.close()
  complete(document.paths as Paths, described)
  return document
}

/** The parts of an operation's description that are completed here. */
interface Operation {
  operationId: string
  tags: string[]
  security: object[]
  responses: object
  requestBody?: { required?: boolean; content: object }
}

/** Operations by path and method. */
type Paths = Record<string, Record<string, Operation>>

/** The body of an upload, which no schema checks. */
const bytesOf = (type = 'application/octet-stream') => ({
  required: true,
  content: { [type]: { schema: { type: 'string', format: 'binary' } } },
})

/**
 * Adds what @fastify/swagger cannot know: errors by reference, and bodies that are optional or not
 * JSON.
 */
function complete(paths: Paths, routes: RouteOptions[]): void {
  const routeOf = new Map(routes.map(route => [route.config?.operation, route]))
  for (const [path, operations] of Object.entries(paths)) {
    for (const operation of Object.values(operations)) {
      const isControl = operation.tags.includes('control')
      const names = isControl ? controlErrors : pinpointErrors
      const possible = [
        ...names
          .filter(name => name !== 'NotFoundException' || !isControl || /\{|\/render$/.test(path))
          .filter(name => name !== unauthorized || operation.security.length > 0)
          .filter(
            name => name !== 'PayloadTooLargeException' || !withoutPayloadTooLarge.has(operation.operationId),
          ),
        ...(path.endsWith('/advance') ? [conflict] : []),
      ]
      const errors = possible.map(name => [statusOf[name], { $ref: `#/components/responses/${name}` }])
      operation.responses = { ...Object.fromEntries(errors), ...operation.responses }
      const { config, schema } = routeOf.get(operation.operationId)!
      if (config?.isBodyOptional) operation.requestBody!.required = false
      if (config?.isUpload) operation.requestBody = bytesOf(schema?.consumes?.[0])
    }
  }
}

const explanations: Partial<Record<ExceptionName, string>> = {
  ForbiddenException:
    'ForbiddenException, by Host, Origin or token, or one of signatures where ACCESS_KEYS is set',
}

function describeError(exception: ExceptionName) {
  const header = (description: string) => ({ description, schema: { type: 'string' as const } })
  return {
    description: explanations[exception] ?? exception,
    headers: {
      [errorTypeHeader]: header("The exception's name"),
      [requestIdHeader]: header("The request's id"),
    },
    content: { [jsonType]: { schema: { $ref: '#/components/schemas/MessageBody' } } },
  }
}

/** The shapes in use, each described once. */
class Components {
  readonly #used = new Map<string, object>()

  /** Replaces every shape with a name by a reference. A recursive shape has its name in `$id`. */
  refer(schema: unknown): unknown {
    if (typeof schema !== 'object' || schema === null) return schema
    if (Array.isArray(schema)) return schema.map(item => this.refer(item))
    const { $id, $ref, ...parts } = schema as Record<string, unknown>
    if (typeof $ref === 'string') return { $ref: `${$ref}#` }
    const name = nameOf.get(ownPart(parts)) ?? (typeof $id === 'string' ? $id : undefined)
    if (name === undefined) return this.inside(schema)
    if (!this.#used.has(name)) {
      this.#used.set(name, {})
      this.#used.set(name, { title: name, ...this.inside(schema), $id: name })
    }
    return { $ref: `${name}#` }
  }

  /** The same for the parts of a schema, but not for the schema itself. */
  inside(schema: object): object {
    return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, this.refer(value)]))
  }

  all(): Iterable<object> {
    return this.#used.values()
  }
}

/** A route's schema with everything else that the document says of it. */
function describe({ url, config, schema = {} }: RouteOptions, components: Components): FastifySchema {
  const { params, querystring, body, response, ...said } = schema
  const isControl = isControlRoute(url)
  const operation = config?.operation
  return {
    operationId: operation,
    ...(isControl
      ? {
          tags: ['control'],
          security: isOpenRoute(url) ? [] : [{ token: [] }, { session: [] }, { sigv4: [] }, {}],
        }
      : {
          tags: ['Pinpoint'],
          security: [{ sigv4: [] }, {}],
          summary: inWords(operation!),
          externalDocs: { url: referenceOf(url) },
          ...describeSource(operation!),
        }),
    ...said,
    ...(params !== undefined && { params: describeParams(params as TSchema, components) }),
    ...(querystring !== undefined && { querystring: components.inside(querystring as object) }),
    ...(body !== undefined && { body: components.refer(body) }),
    response: describeAnswers((response ?? {}) as Record<string, TSchema>, components),
  } as FastifySchema
}

/** Describes path parameters. OpenAPI has none with slashes; the only wildcard here is an ARN. */
function describeParams(params: TSchema, components: Components): object {
  const { '*': resourceArn, ...named } = params.properties as Record<string, TSchema>
  return components.inside(Type.Object({ ...named, ...(resourceArn && { resourceArn }) }))
}

function describeAnswers(response: Record<string, TSchema>, components: Components): object {
  return Object.fromEntries(
    Object.entries(response).map(([status, schema]) => {
      const description = schema.description ?? STATUS_CODES[status] ?? 'Another answer'
      const answer = components.refer(schema) as object
      // Beside a reference, `description` is that of the answer; inside a schema, it is the
      // schema's.
      const named = '$ref' in answer ? { description } : { 'x-response-description': description }
      return [status, { ...answer, ...named }]
    }),
  )
}

/**
 * How far the behaviour of an operation is known, and what became of it at AWS; OpenAPI's own word for
 * an ended one is `deprecated`.
 */
function describeSource(operation: string) {
  const { lifecycle, successor } = lifecycleOf(operation)
  const { known, assumed } = evidenceOf(operation)
  return {
    'x-known-from': known,
    'x-assumed': assumed,
    ...(lifecycle === 'ended' && { deprecated: true }),
    'x-lifecycle': lifecycle,
    ...(successor !== undefined && { 'x-successor': successor }),
  }
}

/** Turns `CreateImportJob` into "Create import job". */
function inWords(operation: string): string {
  const words = operation.replace(/(?<=[a-z])[A-Z]/g, letter => ` ${letter.toLowerCase()}`)
  return words[0]! + words.slice(1)
}

/** The page of the API reference for a URL: the pages are named after the model's paths. */
function referenceOf(url: string): string {
  const page = url
    .slice('/v1/'.length)
    .replace('*', 'resource-arn')
    .replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)
    .replaceAll('/:', '-')
    .replaceAll('/', '-')
  return `https://docs.aws.amazon.com/pinpoint/latest/apireference/${page}.html`
}
