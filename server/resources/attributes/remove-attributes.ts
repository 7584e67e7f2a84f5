import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { badRequest } from '../../http/errors/exceptions.ts'
import { AttributesResource, UpdateAttributesRequest } from '../../model/attributes.ts'
import { ApplicationParams, OneOf } from '../../model/common.ts'
import { endpointLimits } from '../../model/quotas.ts'
import { appFirst, findApp } from '../find.ts'

/** The types of attributes (source: API reference), and where endpoints hold them. */
const maps = {
  'endpoint-custom-attributes': 'Attributes',
  'endpoint-metric-attributes': 'Metrics',
  'endpoint-user-attributes': 'User.UserAttributes',
} as const

const AttributesParams = Type.Object({
  ...ApplicationParams.properties,
  attributeType: OneOf(Object.keys(maps) as (keyof typeof maps)[], {
    description: 'What the names are of',
  }),
})

/**
 * Makes an application forget custom names, so that they no longer count among its 250. Endpoints keep the values that
 * they have under them (source: API reference), and a name is known again when the next endpoint is given it.
 *
 * A name may be given as it is or as a glob (source: API reference; which globs is assumed): `*` stands for any text,
 * `?` for one character, `[a-z]` for one of these and `[^a-z]` for one of all others. Case matters. The answer lists
 * the names that the application knew, in order; it is no error to name one that it did not (both assumed).
 *
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/apps-application-id-attributes-attribute-type.html
 */
export const removeAttributes: FastifyPluginAsyncTypebox = async app => {
  app.put(
    '/v1/apps/:applicationId/attributes/:attributeType',
    {
      config: { operation: 'RemoveAttributes' },
      schema: {
        params: AttributesParams,
        body: UpdateAttributesRequest,
        response: { 200: AttributesResource },
      },
      preValidation: appFirst,
    },
    async request => {
      const { applicationId, attributeType } = request.params
      // Without a Blacklist, which the model does not require, there is nothing to remove (assumed).
      const { Blacklist = [] } = request.body
      checkPatterns(Blacklist)
      const removed = await app.store.write(() => {
        const found = findApp(app.store, applicationId)
        return Blacklist.flatMap(pattern =>
          app.store.attributeNames.remove(found, maps[attributeType], pattern),
        )
      })
      return { ApplicationId: applicationId, AttributeType: attributeType, Attributes: removed.sort() }
    },
  )
}

/** @throws BadRequestException for what is longer than any name, or empty (assumed) */
function checkPatterns(patterns: string[]): void {
  const max = endpointLimits.attributeName
  const wrong = patterns.find(pattern => pattern === '' || pattern.length > max)
  if (wrong === undefined) return
  throw badRequest(
    `Blacklist must hold names or globs of 1 to ${max} characters; got ${JSON.stringify(wrong)}`,
  )
}
