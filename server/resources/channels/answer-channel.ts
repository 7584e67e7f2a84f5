import type { AppRef } from '../../store/applications/applications.ts'
import type { Channel } from '../../store/applications/channels.ts'
import type { ChannelDefinition } from './channel-types.ts'

/**
 * A channel as operations answer it. The schema of the response removes the other members, such as
 * the marks of credentials. LastModifiedBy is absent (source: observed).
 */
export function answerChannel(app: AppRef, { derive }: ChannelDefinition, channel: Channel) {
  const { platform, enabled, version, creationDate, lastModifiedDate, settings } = channel
  return {
    ...settings,
    ...derive?.(settings),
    ApplicationId: app.id,
    CreationDate: creationDate,
    Enabled: enabled,
    Id: platform.toLowerCase(),
    IsArchived: false,
    LastModifiedDate: lastModifiedDate,
    Platform: platform,
    Version: version,
  }
}
