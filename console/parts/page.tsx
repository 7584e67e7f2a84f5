import { useSignalEffect } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import { leftHere, place, reached } from '../router.ts'

interface PageProps {
  title: string
  /** The pages above this one: name and address. */
  above?: [name: string, address: string][]
  /** Beside the title, such as a status. */
  beside?: ComponentChildren
  /** Buttons for the page as a whole. */
  actions?: ComponentChildren
  /** Whether what the page shows is there, so that the place where the reader was can be found. */
  ready?: boolean
  children: ComponentChildren
}

/**
 * A page: sets the title of the window, and moves the focus to its heading, or back to where it was
 * when the reader comes back.
 */
export function Page({ title, above = [], beside, actions, ready = true, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  const settled = useRef('')
  useEffect(() => {
    document.title = `${title} · pinpoint-local`
  }, [title])
  useSignalEffect(() => {
    // Another page of the same kind counts as a new one.
    if (place.value.path.join('/') !== settled.current.split(' ')[0]) settled.current = ''
  })
  useLayoutEffect(() => {
    const key = `${place.value.path.join('/')} ${reached.value}`
    if (!ready || settled.current === key) return
    settled.current = key
    const { scroll = 0, focus } = leftHere()
    if (reached.value === 'back') {
      const found = focus && document.querySelector(`[href="${CSS.escape(focus)}"], #${CSS.escape(focus)}`)
      const target = found instanceof HTMLElement || found instanceof SVGElement ? found : heading.current
      target?.focus({ preventScroll: true })
      window.scrollTo(0, scroll)
    } else if (reached.value === 'link') {
      heading.current?.focus({ preventScroll: true })
      window.scrollTo(0, 0)
    }
  })
  return (
    <div class="page">
      <header class="page-head">
        {above.length > 0 && (
          <nav aria-label="Pages above this one" class="above">
            {above.map(([name, address]) => (
              <a key={address} href={address || '.'}>
                {name}
              </a>
            ))}
          </nav>
        )}
        <div class="page-title">
          <h1 tabIndex={-1} ref={heading}>
            {title}
          </h1>
          {beside}
        </div>
        {actions && <div class="actions">{actions}</div>}
      </header>
      {children}
    </div>
  )
}

/** A part of a page under a heading of its own. */
export const Section = ({
  title,
  actions,
  children,
}: {
  title: string
  actions?: ComponentChildren
  children: ComponentChildren
}) => (
  <section class="section" aria-label={title}>
    <header class="section-head">
      <h2>{title}</h2>
      {actions && <div class="actions">{actions}</div>}
    </header>
    {children}
  </section>
)
