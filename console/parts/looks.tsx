import { Icon } from './icon.tsx'

/** A text message. */
export const Bubble = ({ text }: { text: string }) => <p class="bubble">{text}</p>

/** What a voice message says. */
export const Script = ({ text }: { text: string }) => <blockquote class="script">{text}</blockquote>

/** A push notification; one without a title and a body is silent. */
export const PushCard = ({ title, body }: { title?: string | undefined; body?: string | undefined }) =>
  title || body ? (
    <div class="push-card">
      <Icon name="bell" />
      <div>
        {title && <p class="push-title">{title}</p>}
        {body && <p>{body}</p>}
      </div>
    </div>
  ) : (
    <p class="hint">A silent notification: it shows nothing.</p>
  )
