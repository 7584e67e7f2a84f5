import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { ApplicationResponse, CreateApplicationRequest } from '../../model/application.ts'
import { arnOf, newId } from '../../model/arn.ts'
import { newTags } from '../tags/check-tags.ts'

/**
 * Creates an application in the account and region of the caller.
 *
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/apps.html
 */
export const createApp: FastifyPluginAsyncTypebox = async app => {
  app.post(
    '/v1/apps',
    {
      config: { operation: 'CreateApp' },
      schema: { body: CreateApplicationRequest, response: { 201: ApplicationResponse } },
    },
    async (request, reply) => {
      const tags = newTags(request.body)
      const Id = newId()
      const created = {
        Arn: arnOf(request.caller, 'application', Id),
        CreationDate: app.now().toISOString(),
        Id,
        Name: request.body.Name,
        tags,
      }
      await app.store.write(() => app.store.apps.create(created))
      return reply.code(201).send(created)
    },
  )
}
