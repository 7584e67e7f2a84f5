import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { controlUrl, openSession } from '../api/calls.ts'
import { token } from '../api/session.ts'
import { place, withQuery } from '../router.ts'
import { useAction } from './form.tsx'
import { Icon } from './icon.tsx'
import { ErrorBox, Loading } from './states.tsx'

/** Widths of the frame, by their names in the address, in pixels. */
const widths = { 320: 'Phone, 320 px', 600: 'Mail, 600 px', full: 'Full' }

/** Heights of the frame, in pixels: the lowest, and the step of its buttons. */
const minHeight = 160
const heightStep = 240

/** What the HTML would fetch, roughly: pictures, styles, fonts of other hosts. */
const remote =
  /\b(?:src|srcset|background|poster)\s*=\s*["']?\s*(?:https?:)?\/\/|\burl\(\s*["']?\s*(?:https?:)?\/\/|<link\b|@import\b/i

/**
 * HTML that anybody may have written, as it looks. The frame may do nothing: the answer's own policy,
 * and the sandbox here, let it run no script and fetch nothing. What it would fetch is fetched only
 * after a click, for this view alone.
 *
 * @param address of the HTML in the control API
 * @param html the same, to know whether it would fetch anything
 */
export function HtmlFrame({ title, address, html }: { title: string; address: string; html: string }) {
  // Another address asks again.
  const allowed = useSignal<string | undefined>(undefined)
  const isRemote = allowed.value === address
  const asked = place.value.query.get('width') ?? ''
  const width = asked in widths ? asked : '600'
  // A drag of the frame's corner sets its height as well.
  const frame = useRef<HTMLDivElement>(null)
  const resize = (step: number) => () => {
    const element = frame.current!
    element.style.height = `${Math.max(minHeight, element.offsetHeight + step)}px`
  }
  const url = new URL(address, controlUrl)
  if (isRemote) url.searchParams.set('remote', 'true')
  return (
    <>
      <div class="mail-bar">
        <nav class="tabs" aria-label="Width">
          {Object.entries(widths).map(([name, label]) => (
            <a
              key={name}
              href={withQuery({ width: name === '600' ? undefined : name })}
              aria-current={name === width ? 'true' : undefined}
            >
              {label}
            </a>
          ))}
        </nav>
        {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields. */}
        <div class="actions" role="group" aria-label="Height">
          <button type="button" class="button" onClick={resize(-heightStep)}>
            Shorter
          </button>
          <button type="button" class="button" onClick={resize(heightStep)}>
            Taller
          </button>
        </div>
        {remote.test(html) &&
          (isRemote ? (
            <span class="hint">Remote content is loaded from where it is.</span>
          ) : (
            <button
              type="button"
              class="button"
              onClick={() => {
                allowed.value = address
              }}
            >
              <Icon name="download" />
              Load remote content
            </button>
          ))}
      </div>
      <div class="mail-frame" ref={frame} style={{ width: width === 'full' ? '100%' : `${width}px` }}>
        <Frame key={url.href} title={title} src={url.href} />
      </div>
    </>
  )
}

/** The frame itself: where there is a token, once a session stands for it. */
function Frame({ title, src }: { title: string; src: string }) {
  const isOpen = useSignal(token.value === undefined)
  const { error, run } = useAction()
  const open = () =>
    run(async () => {
      await openSession()
      isOpen.value = true
    })
  // biome-ignore lint/correctness/useExhaustiveDependencies: once.
  useEffect(() => {
    if (!isOpen.value) open()
  }, [])
  if (error) return <ErrorBox error={error} retry={open} />
  if (!isOpen.value) return <Loading />
  return (
    <iframe
      title={title}
      src={src}
      sandbox="allow-popups allow-popups-to-escape-sandbox"
      // Over plain HTTP to another machine, Referer alone tells the emulator that its own page asks.
      referrerpolicy="same-origin"
    />
  )
}
