import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { listAttributeValues } from '../../endpoints/check-endpoint.ts'
import { writeEndpoints } from '../../endpoints/write-endpoint.ts'
import { badRequest } from '../../http/errors/exceptions.ts'
import { ApplicationParams, ListOf, MessageBody } from '../../model/common.ts'
import { EndpointBatchItem } from '../../model/endpoint.ts'
import { endpointLimits } from '../../model/quotas.ts'
import { removeAbsent } from '../../validation/absent.ts'
import { checkOf } from '../../validation/check.ts'
import { describe } from '../../validation/explain.ts'
import { removeUnknown } from '../../validation/unknown.ts'
import { appFirst, findApp } from '../find.ts'

/**
 * The batch, without the shape of its items: each is validated by itself, so that a bad one does
 * not keep the others from being written.
 */
const EndpointBatchRequest = Type.Object({
  Item: ListOf(Type.Object({}, { additionalProperties: true }), endpointLimits.batch),
})

/**
 * Creates or changes up to 100 endpoints, each as UpdateEndpoint does, in the order of the list:
 * the later of two items with the same Id wins. If items are refused, the others are written all
 * the same, and the answer is a BadRequestException that names each refused item, as MessageBody
 * has no member for that (assumed).
 *
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/apps-application-id-endpoints.html
 */
export const updateEndpointsBatch: FastifyPluginAsyncTypebox = async app => {
  app.put(
    '/v1/apps/:applicationId/endpoints',
    {
      config: { operation: 'UpdateEndpointsBatch' },
      schema: { params: ApplicationParams, body: EndpointBatchRequest, response: { 202: MessageBody } },
      preValidation: appFirst,
    },
    async (request, reply) => {
      const { Item } = request.body
      const items = Item.map(readItem)
      // One transaction for all: each would have to wait for a running import.
      const refusals = await app.store.write(() => {
        const found = findApp(app.store, request.params.applicationId)
        const write = { app: found, idMember: 'Id', requestId: request.id, now: app.now().getTime() }
        const wellTyped = items.filter(item => typeof item !== 'string')
        const requested = wellTyped.map(item => ({ id: item.Id, request: item }))
        const reasons = writeEndpoints(app.store.endpoints, requested, write)
        return items.map(item => (typeof item === 'string' ? item : reasons.shift()))
      })
      const refused = refusals.flatMap((reason, index) =>
        reason === undefined ? [] : [`${nameOf(Item[index]!, index)}: ${reason}`],
      )
      if (refused.length > 0) {
        const written = Item.length - refused.length
        throw badRequest(`Written: ${written} of ${Item.length} items. Refused: ${refused.join('; ')}`)
      }
      return reply.code(202).send({ RequestID: request.id, Message: 'Accepted' })
    },
  )
}

const checkTypes = checkOf(EndpointBatchItem)

/**
 * Does with an item what is done with the body of UpdateEndpoint. Gives the item, or the violation.
 */
function readItem(item: object): (EndpointBatchItem & { Id: string }) | string {
  removeAbsent(EndpointBatchItem, item)
  listAttributeValues(item)
  const violation = checkTypes(item)
  if (violation !== undefined) return violation
  removeUnknown(EndpointBatchItem, item)
  const { Id } = item as EndpointBatchItem
  return Id === undefined ? 'Id is required: it must be a string' : { ...item, Id }
}

/** An item's index, and its Id if it has one, for messages. */
const nameOf = ({ Id }: { Id?: unknown }, index: number) =>
  Id === undefined ? `Item.${index}` : `Item.${index} (Id ${describe(Id)})`
