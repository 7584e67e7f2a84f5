import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { ChannelsResponse } from '../../model/channel.ts'
import { ApplicationParams } from '../../model/common.ts'
import { findSendingApp } from '../find.ts'
import { answerChannel } from './answer-channel.ts'
import { channelTypes } from './channel-types.ts'

/** The in-app channel, which nobody sets and every application has (source: observed). */
const inApp = { Enabled: true, IsArchived: false, Version: 0 }

/**
 * Lists the channels of an application that are set, disabled ones too (source: API reference), and
 * the in-app channel.
 *
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/apps-application-id-channels.html
 */
export const getChannels: FastifyPluginAsyncTypebox = async app => {
  app.get(
    '/v1/apps/:applicationId/channels',
    {
      config: { operation: 'GetChannels' },
      schema: { params: ApplicationParams, response: { 200: ChannelsResponse } },
    },
    async request =>
      app.store.read(() => {
        const found = findSendingApp(app.store, request.params.applicationId)
        const entries = app.store.channels.list(found).map(channel => {
          const type = channelTypes.find(({ platform }) => platform === channel.platform)!
          return [channel.platform, answerChannel(found, type, channel)]
        })
        return { Channels: { ...Object.fromEntries(entries), IN_APP: inApp } }
      }),
  )
}
