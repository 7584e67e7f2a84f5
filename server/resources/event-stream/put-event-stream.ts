import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { badRequest } from '../../http/errors/exceptions.ts'
import { isStreamArn } from '../../model/arn.ts'
import { ApplicationParams } from '../../model/common.ts'
import { EventStream, WriteEventStream } from '../../model/event-stream.ts'
import { checkRoleArn } from '../check-role-arn.ts'
import { appFirst, findApp } from '../find.ts'
import { findEventStream } from './find-event-stream.ts'

/**
 * Creates or replaces the event stream of an application, which gets the events from then on where
 * the settings say how (`delivery/stream-events.ts`). Whether the stream and the role exist is not
 * checked.
 *
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/apps-application-id-eventstream.html
 */
export const putEventStream: FastifyPluginAsyncTypebox = async app => {
  app.post(
    '/v1/apps/:applicationId/eventstream',
    {
      config: { operation: 'PutEventStream' },
      schema: { params: ApplicationParams, body: WriteEventStream, response: { 200: EventStream } },
      preValidation: appFirst,
    },
    async request => {
      const { DestinationStreamArn, RoleArn } = request.body
      if (!isStreamArn(DestinationStreamArn)) {
        throw badRequest(
          `DestinationStreamArn must be the ARN of a Kinesis data stream or a Firehose delivery stream, such as arn:aws:kinesis:us-east-1:123456789012:stream/events; got ${JSON.stringify(DestinationStreamArn)}`,
        )
      }
      checkRoleArn(RoleArn)
      const { applicationId } = request.params
      const stream = await app.store.write(() => {
        const found = findApp(app.store, applicationId)
        app.store.eventStreams.put(found, request.body, app.now().toISOString())
        return findEventStream(app.store, found)
      })
      app.bus.emit({ kind: 'event-stream', app: applicationId })
      return stream
    },
  )
}
