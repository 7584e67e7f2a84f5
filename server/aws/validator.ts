import { type TSchema, TypeGuard } from '@sinclair/typebox'
import { type TypeCheck, TypeCompiler } from '@sinclair/typebox/compiler'
import fastJson from 'fast-json-stringify'
import type { FastifyInstance, FastifySchemaCompiler } from 'fastify'
import { explain } from '../shapes/explain.ts'
import { badRequest } from './exceptions.ts'

/**
 * Makes the schemas of every route the law in both directions: a request that does not fit is refused with a
 * sentence that names the member, and an answer carries only members of its schema.
 *
 * Checks and serializers are compiled when a route is first used. Compiling all of them at the start costs more
 * than everything else that the start does.
 */
export function enforceSchemas(app: FastifyInstance): void {
  app.setValidatorCompiler(compileValidator)
  app.setSerializerCompiler(({ schema }) => {
    let serialize: ((value: unknown) => string) | undefined
    return value => {
      serialize ??= fastJson(schema as fastJson.Schema)
      return serialize(value)
    }
  })
}

const compileValidator: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  let check: TypeCheck<TSchema> | undefined
  return (value: unknown) => {
    check ??= TypeCompiler.Compile(schema)
    const given = httpPart === 'querystring' ? listsInQuery(schema, value) : value
    if (check.Check(given)) return { value: given }
    return { error: badRequest(explain(check.Errors(given).First()!)) }
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
