/**
 * Gives the focus to a heading when what has had it is gone, as a button that did what it is for: the
 * heading of its section, or else that of the page. Without this, the next key would begin at the top
 * of the window. The heading of a page that is not ready gets it from the page. Called once.
 *
 * @param path what has got the focus first, and what it is in, from the inside out
 */
export function startFocus(path: readonly Element[]): void {
  let [last, sections, isByKey] = [path[0]!, sectionsIn(path), true]
  let isDue = false
  const look = () => {
    isDue = false
    if (last.isConnected || document.activeElement !== document.body) return
    const section = sections.find(section => section.isConnected)
    focusHeading(
      section?.querySelector('h2') ?? document.querySelector('main h1:not([aria-busy=true])'),
      !isByKey,
    )
  }
  const lookSoon = () => {
    if (isDue || last.isConnected) return
    isDue = true
    // After the effects of what is gone: a dialog gives the focus back to where it was.
    requestAnimationFrame(() => setTimeout(look))
  }
  const note = (path: readonly Element[]) => {
    last = path[0]!
    sections = sectionsIn(path)
    isByKey = last.matches(':focus-visible')
  }
  document.addEventListener('focusin', event => note(event.composedPath() as Element[]))
  new MutationObserver(lookSoon).observe(document.body, { childList: true, subtree: true })
  // Since then, something else may have got it, or it may be gone.
  const now = document.activeElement!
  if (now !== document.body) note(withAncestors(now))
  lookSoon()
}

const sectionsIn = (path: readonly Element[]): Element[] =>
  path.filter(element => element.classList?.contains('section'))

/** An element, and what it is in, from the inside out. */
function withAncestors(element: Element): Element[] {
  const path = []
  for (let each: Element | null = element; each !== null; each = each.parentElement) path.push(each)
  return path
}

/** @param stays whether the page is not scrolled to it */
export function focusHeading(heading: HTMLElement | null, stays = false): void {
  if (heading === null) return
  heading.tabIndex = -1
  heading.focus({ preventScroll: stays })
}
