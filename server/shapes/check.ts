import type { TSchema } from '@sinclair/typebox'
import { type TypeCheck, TypeCompiler } from '@sinclair/typebox/compiler'
import { explain } from './explain.ts'

/**
 * A check of values against a schema: it gives one sentence on the first thing that does not fit, undefined when
 * everything does.
 *
 * It is compiled when it is first used. Compiling the schemas of all routes at the start costs more than everything
 * else that the start does.
 */
export function checkOf(schema: TSchema): (value: unknown) => string | undefined {
  let types: TypeCheck<TSchema> | undefined
  return value => {
    types ??= TypeCompiler.Compile(schema)
    return types.Check(value) ? undefined : explain(types.Errors(value).First()!)
  }
}
