import { Icon } from './icon.tsx'

const icons: Record<string, string> = {
  EMAIL: 'mail',
  SMS: 'message-square',
  VOICE: 'phone',
  CUSTOM: 'plug',
  IN_APP: 'smartphone',
}

/** A ChannelType with its icon; push channels share one. */
export const Channel = ({ type }: { type: string | undefined }) =>
  type === undefined ? (
    <>-</>
  ) : (
    <span class="channel">
      <Icon name={icons[type] ?? 'bell'} />
      {type}
    </span>
  )
