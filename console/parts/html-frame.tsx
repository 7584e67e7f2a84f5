import { useSignal } from '@preact/signals'
import { controlUrl } from '../api/calls.ts'
import { place, withQuery } from '../router.ts'
import { Icon } from './icon.tsx'

/** Widths of the frame, by their names in the address, in pixels. */
const widths = { 320: 'Phone, 320 px', 600: 'Mail, 600 px', full: 'Full' }

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
      <div class="mail-frame" style={{ width: width === 'full' ? '100%' : `${width}px` }}>
        <iframe
          key={url.href}
          title={title}
          src={url.href}
          sandbox="allow-popups allow-popups-to-escape-sandbox"
          // By Referer, the emulator knows its own page where the browser sends nothing else that tells.
          referrerpolicy="same-origin"
        />
      </div>
    </>
  )
}
