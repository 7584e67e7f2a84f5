import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { ApplicationParams } from '../../model/common.ts'
import { EventStream } from '../../model/event-stream.ts'
import { findApp } from '../find.ts'
import { findEventStream } from './find-event-stream.ts'

/**
 * Deletes the event stream of an application. The answer is the deleted event stream.
 *
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/apps-application-id-eventstream.html
 */
export const deleteEventStream: FastifyPluginAsyncTypebox = async app => {
  app.delete(
    '/v1/apps/:applicationId/eventstream',
    {
      config: { operation: 'DeleteEventStream' },
      schema: { params: ApplicationParams, response: { 200: EventStream } },
    },
    async request => {
      const { applicationId } = request.params
      const deleted = await app.store.write(() => {
        const found = findApp(app.store, applicationId)
        const stream = findEventStream(app.store, found)
        app.store.eventStreams.delete(found)
        return stream
      })
      app.bus.emit({ kind: 'event-stream', app: applicationId })
      return deleted
    },
  )
}
