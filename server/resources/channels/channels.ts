import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { badRequest } from '../../http/errors/exceptions.ts'
import { ApplicationParams } from '../../model/common.ts'
import type { ChannelSettings } from '../../store/applications/channels.ts'
import { findSendingApp, sendingAppFirst } from '../find.ts'
import { answerChannel } from './answer-channel.ts'
import { type ChannelDefinition, channelTypes } from './channel-types.ts'
import { findChannel } from './find-channel.ts'

/**
 * Get, update and delete of each type of channel. An update creates the channel, enabled unless the
 * update says otherwise (assumed), or raises the version of the one that is there. A deletion answers
 * the channel as it was, but disabled (assumed).
 *
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/apps-application-id-channels.html
 */
export const channels: FastifyPluginAsyncTypebox = async app => {
  for (const type of channelTypes) {
    const { name, platform, Request, Response } = type
    const url = `/v1/apps/:applicationId/channels/${platform.toLowerCase()}`
    const schema = { params: ApplicationParams, response: { 200: Response } }

    app.get(url, { config: { operation: `Get${name}Channel` }, schema }, async request => {
      const found = findSendingApp(app.store, request.params.applicationId)
      return answerChannel(found, type, findChannel(app.store, found, platform))
    })

    app.put(
      url,
      {
        config: { operation: `Update${name}Channel` },
        schema: { ...schema, body: Request },
        preValidation: sendingAppFirst,
      },
      async request => {
        const body = request.body as ChannelUpdate
        const answer = await app.store.write(() => {
          const found = findSendingApp(app.store, request.params.applicationId)
          const current = app.store.channels.get(found, platform)
          const enabled = body.Enabled ?? current?.enabled ?? true
          const settings = updateSettings(type, current?.settings, body)
          app.store.channels.put(found, { platform, enabled, settings }, app.now().toISOString())
          return answerChannel(found, type, findChannel(app.store, found, platform))
        })
        app.bus.emit({ kind: 'settings', app: request.params.applicationId })
        return answer
      },
    )

    app.delete(url, { config: { operation: `Delete${name}Channel` }, schema }, async request => {
      const { applicationId } = request.params
      const answer = await app.store.write(() => {
        const found = findSendingApp(app.store, applicationId)
        const deleted = findChannel(app.store, found, platform)
        app.store.channels.delete(found, platform)
        return answerChannel(found, type, { ...deleted, enabled: false })
      })
      app.bus.emit({ kind: 'settings', app: applicationId })
      return answer
    })
  }
}

/** The body of an update: but for Enabled, all members of all types are strings. */
type ChannelUpdate = { Enabled?: boolean } & Record<string, string>

/**
 * Applies an update to the settings of a channel. A member that is not given stays. `""`, which
 * Terraform's provider sends for what is not set, removes it (all assumed).
 *
 * @throws BadRequestException if the channel would have no full set of credentials, with AWS's text
 *   (source: observed for APNs, assumed for GCM)
 */
function updateSettings(
  { Request, credentialSets, keep }: ChannelDefinition,
  current: ChannelSettings = {},
  update: ChannelUpdate,
): ChannelSettings {
  const settings = { ...current, ...keep?.(update) }
  const { Enabled, ...members } = Request.properties
  for (const [name, { writeOnly }] of Object.entries(members)) {
    const value = update[name]
    if (value === '') delete settings[name]
    else if (value !== undefined) settings[name] = writeOnly === true || value
  }
  const isComplete = (set: string[]) => set.every(name => name in settings)
  if (credentialSets?.some(isComplete) === false) throw badRequest('Missing credentials')
  return settings
}
