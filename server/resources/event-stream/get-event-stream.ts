import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { ApplicationParams } from '../../model/common.ts'
import { EventStream } from '../../model/event-stream.ts'
import { findApp } from '../find.ts'
import { findEventStream } from './find-event-stream.ts'

/**
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/apps-application-id-eventstream.html
 */
export const getEventStream: FastifyPluginAsyncTypebox = async app => {
  app.get(
    '/v1/apps/:applicationId/eventstream',
    {
      config: { operation: 'GetEventStream' },
      schema: { params: ApplicationParams, response: { 200: EventStream } },
    },
    async request => findEventStream(app.store, findApp(app.store, request.params.applicationId)),
  )
}
