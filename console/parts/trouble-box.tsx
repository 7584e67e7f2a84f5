import type { ComponentChildren } from 'preact'
import { Icon } from './icon.tsx'
import type { Look } from './status.tsx'

/** How what has failed looks. */
export const failed = { tone: 'fail', icon: 'circle-x' } as const

/** How what lacks something looks. */
export const lacking = { tone: 'warn', icon: 'triangle-alert' } as const

/** Says what is wrong with what is shown. */
export const TroubleBox = ({ look, children }: { look: Look; children: ComponentChildren }) => (
  <div class={`trouble-box tone-${look.tone}`} role="note">
    <Icon name={look.icon} />
    <div>{children}</div>
  </div>
)
