import { Type } from '@sinclair/typebox'
import type { FastifyInstance, HTTPMethods } from 'fastify'
import operations from '../../fixtures/operations.json' with { type: 'json' }
import { PinpointException } from '../http/errors/exceptions.ts'

/**
 * Routes for the operations of the service model that have no route of their own yet: each answers
 * 501 with a message that names it. Register it after all other operations, as it reads from the
 * routes so far which operations are served.
 */
export async function notServed(app: FastifyInstance): Promise<void> {
  for (const { name, method, uri, status, path, query } of operations) {
    if (app.operations.has(name)) continue
    app.route({
      method: method as HTTPMethods,
      url: uri.replace(/\{([^}]+)\}/g, (_, parameter) => `:${toCamelCase(parameter)}`),
      config: { operation: name },
      schema: {
        hide: true,
        params: strings(path.map(toCamelCase)),
        querystring: strings(query),
        response: { [status]: Type.Unknown() },
      },
      // Before the body is read and checked: no request to it could be right.
      onRequest: async () => {
        throw new PinpointException(
          'NotImplementedException',
          `${name} is not served yet by pinpoint-local; docs/operations.md lists the operations that are`,
        )
      },
      handler: async () => {},
    })
  }
}

const toCamelCase = (name: string): string => name.replace(/-(\w)/g, (_, letter) => letter.toUpperCase())

const strings = (names: string[]) =>
  Type.Object(Object.fromEntries(names.map(name => [name, Type.Optional(Type.String())])))
