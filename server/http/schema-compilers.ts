import { createRequire } from 'node:module'
import { type TSchema, TypeGuard } from '@sinclair/typebox'
import type fastJson from 'fast-json-stringify'
import type {
  FastifyInstance,
  FastifySchemaCompiler,
  FastifySerializerCompiler,
  FastifyServerOptions,
} from 'fastify'
import { removeAbsent } from '../validation/absent.ts'
import { checkOf } from '../validation/check.ts'
import type { Wording } from '../validation/explain.ts'
import { badRequest } from './errors/exceptions.ts'

/**
 * Makes the schemas of every route the law in both directions: a request that does not fit is refused with a
 * sentence that names the member, and an answer carries only members of its schema.
 *
 * Serializers, as checks, are compiled when a route is first used, and what compiles them is loaded then.
 */
export function enforceSchemas(app: FastifyInstance): void {
  app.setValidatorCompiler(validatorCompiler())
  app.setSerializerCompiler(compileSerializer)
}

const require = createRequire(import.meta.url)

const compileSerializer: FastifySerializerCompiler<TSchema> = ({ schema }) => {
  let serialize: ((value: unknown) => string) | undefined
  return value => {
    serialize ??= (require('fast-json-stringify') as typeof fastJson.default)(schema as object)
    return serialize(value)
  }
}

function notUsed(): never {
  throw new Error('every route has the compilers of enforceSchemas')
}

/** Keeps Fastify from loading compilers of its own, a tenth of a start, as every route gets these. */
export const noOtherCompilers: FastifyServerOptions['schemaController'] = {
  compilersFactory: { buildValidator: notUsed, buildSerializer: notUsed },
}

/** @param wordings how the parts of a request are spoken of, where not as in Pinpoint's own operations */
export const validatorCompiler =
  (wordings: Partial<Record<string, Wording>> = {}): FastifySchemaCompiler<TSchema> =>
  ({ schema, httpPart }) => {
    const check = checkOf(schema, wordings[httpPart!])
    return (value: unknown) => {
      if (httpPart === 'body') removeAbsent(schema, value)
      const given = httpPart === 'querystring' ? listsInQuery(schema, value) : value
      const violation = check(given)
      return violation === undefined ? { value: given } : { error: badRequest(violation) }
    }
  }

/** A query parameter that may repeat arrives as a string when it is given once; here it becomes a list of one. */
function listsInQuery(schema: TSchema, query: unknown): unknown {
  const given: Record<string, unknown> = { ...(query as object) }
  for (const [name, member] of Object.entries<TSchema>(schema.properties)) {
    if (TypeGuard.IsArray(member) && typeof given[name] === 'string') given[name] = [given[name]]
  }
  return given
}
