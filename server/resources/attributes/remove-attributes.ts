import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { badRequest } from '../../http/errors/exceptions.ts'
import { AttributesResource, UpdateAttributesRequest } from '../../model/attributes.ts'
import { ApplicationParams, OneOf } from '../../model/common.ts'
import { endpointLimits } from '../../model/quotas.ts'
import { appFirst, findApp } from '../find.ts'

/** The maps of an endpoint, by attribute type (source: API reference). */
const maps = {
  'endpoint-custom-attributes': 'Attributes',
  'endpoint-metric-attributes': 'Metrics',
  'endpoint-user-attributes': 'User.UserAttributes',
} as const

const AttributesParams = Type.Object({
  ...ApplicationParams.properties,
  attributeType: OneOf(Object.keys(maps) as (keyof typeof maps)[], {
    description: 'The type of the attributes',
  }),
})

/**
 * Removes custom attribute names from an application, so that they no longer count towards its 250
 * names. Endpoints keep their values (source: API reference), and a name counts again when the next
 * endpoint is written with it.
 *
 * A name may be given literally or as a glob (source: API reference; the syntax is assumed): `*`
 * matches any text, `?` one character, `[a-z]` one of these and `[^a-z]` one of all others. Case
 * matters. The answer lists the names that were removed, in order; an unknown name is no error
 * (both assumed).
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
      // Without a Blacklist, which the model does not require, there is nothing to remove
      // (assumed).
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

/**
 * @throws BadRequestException for a name that is empty, or longer than any name can be (assumed)
 */
function checkPatterns(patterns: string[]): void {
  const max = endpointLimits.attributeName
  const wrong = patterns.find(pattern => pattern === '' || pattern.length > max)
  if (wrong === undefined) return
  throw badRequest(
    `Blacklist must hold names or globs of 1 to ${max} characters; got ${JSON.stringify(wrong)}`,
  )
}
