import type { ComponentChildren } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { ApplicationResponse } from '../../server/model/application.ts'
import { useFetched } from '../api/fetched.ts'
import { appName } from '../format.ts'
import { arrival, leftHere, place, to } from '../router.ts'

interface PageProps {
  title: string
  /** Id of the application that the page belongs to: it stands above it. */
  app?: string
  /** The other pages above this one: name and address. */
  above?: [name: string, address: string][]
  /** Beside the title, such as a status. */
  beside?: ComponentChildren
  /** Buttons for the page as a whole. */
  actions?: ComponentChildren
  /**
   * Whether what the page shows is there, so that the title is right and the place
   * where the reader was is found.
   */
  ready?: boolean
  children: ComponentChildren
}

/** Milliseconds that a heading waits for its page to be ready. */
const waitMs = 1000

/** Milliseconds from then: Orca says nothing of a focus that comes as the link that had it goes. */
const settleMs = 50

/**
 * A page. It sets the title of the window. After a link, its heading gets the focus once the page is
 * ready, so that a screen reader says the title and not what stands in its place; a reader who comes
 * back finds the focus and the scroll position as they were.
 */
export function Page({ title, app, above = [], beside, actions, ready = true, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  // With the heading, so that nobody sees one without the other.
  useLayoutEffect(() => {
    document.title = `${title} · pinpoint-local`
  }, [title])
  const [waits, setWaits] = useState(true)
  useEffect(() => {
    const timer = setTimeout(() => setWaits(false), ready ? settleMs : waitMs)
    return () => clearTimeout(timer)
  }, [ready])
  const handled = useRef<{ arrival: object; token: string | null } | undefined>(undefined)
  // Read here, so that each arrival is handled at once.
  const arrived = arrival.value
  useLayoutEffect(() => {
    const { by } = arrived
    const last = handled.current
    if (last?.arrival === arrived) return
    if (by === 'link' ? last === undefined && waits : !ready) return
    const token = place.value.query.get('token')
    handled.current = { arrival: arrived, token }
    if (by !== 'link') restore(heading.current)
    else if (last === undefined) focusFirst(heading.current!)
    // The next page of a list begins at its top. Any other link within the page, such
    // as a tab, keeps the focus.
    else if (last.token !== token) begin(headingOfList() ?? heading.current!)
  })
  useLayoutEffect(() => {
    if (arrival.peek().by !== 'link') return
    window.scrollTo(0, 0)
    // Without a focus, a screen reader would begin at the top of the window.
    if (document.activeElement === document.body) heading.current!.closest('main')!.focus()
  }, [])
  return (
    <div class="page">
      <header class="page-head">
        <Above app={app} pages={above} />
        <div class="page-title">
          <h1 tabIndex={-1} ref={heading} aria-busy={waits}>
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

/** The heading of the part of a page that is a list in pages; undefined where the list is all there is. */
const headingOfList = () =>
  document.querySelector('main .paged')?.closest('.section')?.querySelector<HTMLElement>('h2')

/** Moves the focus to the heading of a page, unless the reader has gone on while it waited. */
function focusFirst(heading: HTMLElement): void {
  if (!document.activeElement?.matches('main *')) heading.focus({ preventScroll: true })
}

/** Moves the focus to a heading, and what is below it into view. */
function begin(heading: HTMLElement): void {
  heading.tabIndex = -1
  heading.focus({ preventScroll: true })
  if (heading.matches('h1')) window.scrollTo(0, 0)
  else heading.scrollIntoView()
}

/** Puts the focus and the scroll position where the reader left them here. */
function restore(heading: HTMLElement | null): void {
  const { scroll = 0, focus } = leftHere()
  const byLink = focus && `[href="${CSS.escape(focus)}"]`
  // The menu may have the same link.
  const found = focus && document.querySelector<HTMLElement>(`main ${byLink}, main #${CSS.escape(focus)}`)
  const target = found || (byLink && document.querySelector<HTMLElement>(byLink))
  if (target) target.focus({ preventScroll: true })
  else if (arrival.value.by === 'back') heading?.focus({ preventScroll: true })
  window.scrollTo(0, scroll)
}

/** Links to the pages above a page. */
function Above({ app, pages }: { app: string | undefined; pages: [name: string, address: string][] }) {
  const { value } = useFetched<ApplicationResponse>(app && to`v1/apps/${app}`)
  const ofApp: typeof pages =
    app === undefined
      ? []
      : [
          ['Applications', ''],
          [value ? appName(value.Name, app) : 'Application', to`apps/${app}`],
        ]
  const all = [...ofApp, ...pages]
  if (all.length === 0) return null
  return (
    <nav aria-label="Pages above this one" class="above">
      {all.map(([name, address]) => (
        <a key={address} href={address || '.'}>
          {name}
        </a>
      ))}
    </nav>
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
