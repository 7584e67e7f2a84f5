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
import { removeUnknown } from '../validation/unknown.ts'
import { badRequest } from './errors/exceptions.ts'

/**
 * Has the schemas of every route enforced: a request that does not match is refused with a sentence
 * that names the member, a body is without the members that its schema does not name, and an answer
 * has only the members of its schema.
 *
 * Validators and serializers are compiled when a route is first used, and their compilers are
 * loaded then.
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

/** Keeps Fastify from loading its own compilers, which would take a tenth of a start. */
export const noOtherCompilers: FastifyServerOptions['schemaController'] = {
  compilersFactory: { buildValidator: notUsed, buildSerializer: notUsed },
}

/**
 * @param options.wordings the wording of messages by part of the request, where it differs from the
 *   usual one
 * @param options.isLenient whether members of the body that are null count as absent, and those that
 *   the schema does not name are ignored
 */
export const validatorCompiler =
  ({
    wordings = {} as Partial<Record<string, Wording>>,
    isLenient = true,
  } = {}): FastifySchemaCompiler<TSchema> =>
  ({ schema, httpPart }) => {
    const check = checkOf(schema, wordings[httpPart!])
    return (value: unknown) => {
      const isLenientBody = httpPart === 'body' && isLenient
      if (isLenientBody) removeAbsent(schema, value)
      const given = httpPart === 'querystring' ? listsInQuery(schema, value) : value
      const violation = check(given)
      if (violation !== undefined) return { error: badRequest(violation) }
      if (isLenientBody) removeUnknown(schema, value)
      return { value: given }
    }
  }

/** Turns a repeatable query parameter that was given once, a string, into a list of one. */
function listsInQuery(schema: TSchema, query: unknown): unknown {
  const given: Record<string, unknown> = { ...(query as object) }
  for (const [name, member] of Object.entries<TSchema>(schema.properties)) {
    if (TypeGuard.IsArray(member) && typeof given[name] === 'string') given[name] = [given[name]]
  }
  return given
}
