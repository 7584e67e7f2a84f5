import type { ComponentChildren } from 'preact'
import { go, withQuery } from '../../router.ts'

/** A link that selects an activity, which shows its panel, or that takes the selection back. */
export function SelectLink({
  activity,
  selected,
  class: names,
  children,
}: {
  activity: string
  selected: string | undefined
  class: string
  children: ComponentChildren
}) {
  const address = withQuery({ activity: activity === selected ? undefined : activity })
  return (
    <a
      class={names}
      href={address}
      data-activity={activity}
      aria-current={activity === selected ? 'true' : undefined}
      onClick={event => {
        if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return
        event.preventDefault()
        go(address, { replace: true })
      }}
    >
      {children}
    </a>
  )
}
