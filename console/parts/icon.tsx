import icons from '../icons.svg'

const sheet = new URL(icons, import.meta.url).href

/** An icon of icons.svg. Without a label, it is decoration that a word beside it explains. */
export const Icon = ({ name, label, class: more = '' }: { name: string; label?: string; class?: string }) => (
  <svg
    class={`icon ${more}`}
    role={label ? 'img' : undefined}
    aria-label={label}
    aria-hidden={label ? undefined : 'true'}
  >
    <use href={`${sheet}#${name}`} />
  </svg>
)
