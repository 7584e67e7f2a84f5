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
import { appFirst, findApp } from '../find.ts'

/** AWS's shape but for its items: one with a member of a wrong type must not spoil the others. */
const EndpointBatchRequest = Type.Object({ Item: ListOf(Type.Object({}), endpointLimits.batch) })

/**
 * Creates or changes up to 100 endpoints, each as UpdateEndpoint does, in the order of the list, so the later of two
 * items with one Id wins. Items that are refused do not keep the others from being written; the answer is then a
 * BadRequestException that names each of them, since MessageBody has no place for it (assumed).
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
      // One transaction: a hundred would have to wait for a running import a hundred times.
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

/** The item, attribute values that stand alone put into lists; or what is wrong with its types. */
function readItem(item: object): (EndpointBatchItem & { Id: string }) | string {
  removeAbsent(EndpointBatchItem, item)
  listAttributeValues(item)
  const violation = checkTypes(item)
  if (violation !== undefined) return violation
  const { Id } = item as EndpointBatchItem
  return Id === undefined ? 'Id is required: it must be a string' : { ...item, Id }
}

/** An item's place in the list, counted from 0 as in every message, and its Id if it has one. */
const nameOf = ({ Id }: { Id?: unknown }, index: number) =>
  Id === undefined ? `Item.${index}` : `Item.${index} (Id ${describe(Id)})`
