import type { CampaignResponse } from '../../../server/model/campaign.ts'
import { Channel } from '../../parts/channel.tsx'
import { Icon } from '../../parts/icon.tsx'
import { to } from '../../router.ts'
import { treatmentsOf } from './treatments.tsx'
import { messagesOf, templatesOf } from './words.ts'

/** What each treatment says, a card for each channel. */
export function Messages({ campaign }: { campaign: CampaignResponse }) {
  const treatments = treatmentsOf(campaign)
  return (
    <>
      {treatments.map(({ id, name, says }) => {
        const messages = messagesOf(says.MessageConfiguration)
        const templates = templatesOf(says.TemplateConfiguration)
        const { CustomDeliveryConfiguration } = says
        return (
          <div key={id} class="says">
            {treatments.length > 1 && <h3>{name}</h3>}
            {templates.length > 0 && (
              <p class="says-templates">
                {templates.map(({ kind, path, name, version }) => (
                  <a key={kind} href={to`templates/${path}/${name}`}>
                    <Icon name="file-text" /> {kind} template “{name}”{version && `, version ${version}`}
                  </a>
                ))}
              </p>
            )}
            {CustomDeliveryConfiguration && (
              <p>
                Calls {CustomDeliveryConfiguration.DeliveryUri} for{' '}
                {CustomDeliveryConfiguration.EndpointTypes?.join(', ') ?? 'CUSTOM'}
              </p>
            )}
            <div class="says-channels">
              {messages.map(({ channel, parts }) => (
                <div key={channel} class="card">
                  <h3>
                    <Channel type={channel} />
                  </h3>
                  <dl>
                    {parts.map(([part, text]) => (
                      <div key={part}>
                        <dt>{part}</dt>
                        <dd>
                          <pre>{text}</pre>
                        </dd>
                      </div>
                    ))}
                  </dl>
                </div>
              ))}
            </div>
            {messages.length + templates.length === 0 && !CustomDeliveryConfiguration && (
              <p class="hint">It has no message.</p>
            )}
          </div>
        )
      })}
    </>
  )
}
