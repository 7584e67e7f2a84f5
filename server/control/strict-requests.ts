import { type TProperties, type TSchema, Type, TypeGuard } from '@sinclair/typebox'
import type { FastifyInstance, FastifyRequest, FastifySchema } from 'fastify'
import { badRequest } from '../http/errors/exceptions.ts'
import { validatorCompiler } from '../http/schema-compilers.ts'
import { describe, ofRequest } from '../validation/explain.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The body may be left out, and is then `{}`. */
    isBodyOptional?: boolean
  }
}

/**
 * Makes every control call that is registered from now on refuse unknown query parameters, unknown
 * members of the body at any depth, members that are null, and a body if it takes none: a misspelt
 * option that is ignored would look like one that took effect, and so would an invalid `Date`, which
 * JSON has as null. It changes the schemas themselves, so the OpenAPI document
 * has these rules too.
 */
export function refuseUnknownInput(app: FastifyInstance): void {
  app.setValidatorCompiler(validatorCompiler({ wordings, isLenient: false }))

  app.addHook('onRoute', route => {
    const schema: FastifySchema = route.schema ?? {}
    const { querystring = Type.Object({}), body } = schema as { querystring?: TSchema; body?: TSchema }
    schema.querystring = closed(querystring)
    if (body !== undefined) schema.body = closed(body)
    route.schema = schema
  })

  app.addHook('preValidation', async request => {
    const { config, schema } = request.routeOptions
    if (config.isBodyOptional && request.body === undefined) request.body = {}
    if (!config.isUpload && schema?.body === undefined) refuseBody(request)
  })
}

const wordings = {
  querystring: {
    ...ofRequest,
    unknown: (name: string, known: string[]) =>
      `${name} is not a query parameter of this call, which takes ${known.join(', ') || 'none'}`,
  },
  body: {
    ...ofRequest,
    unknown: (name: string, known: string[]) =>
      `${name} is not a name that is known here (names are case-sensitive); known are ${known.join(', ')}`,
  },
}

/** The same schema, with no additional members allowed in any object. */
function closed(schema: TSchema): TSchema {
  if (TypeGuard.IsArray(schema)) return { ...schema, items: closed(schema.items) }
  if (!TypeGuard.IsObject(schema)) return schema
  const properties: TProperties = {}
  for (const [name, member] of Object.entries(schema.properties)) properties[name] = closed(member)
  return { ...schema, properties, additionalProperties: false }
}

/**
 * Refuses a body, except `{}`. The body of a GET is never read, so its headers are checked.
 *
 * @throws BadRequestException
 */
function refuseBody({ method, headers, body, routeOptions }: FastifyRequest): void {
  const isUnread =
    method === 'GET' && (headers['transfer-encoding'] ?? headers['content-length'] ?? '0') !== '0'
  const isEmpty = typeof body === 'object' && !Array.isArray(body) && Object.keys(body ?? {}).length === 0
  if (!isUnread && (body === undefined || isEmpty)) return
  throw badRequest(`${method} ${routeOptions.url} takes no body; got ${isUnread ? 'one' : describe(body)}`)
}
