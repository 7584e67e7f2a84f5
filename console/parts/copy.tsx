import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { cutId } from '../format.ts'
import { announce } from '../shell/announce.tsx'
import { Icon } from './icon.tsx'

/**
 * Copies a text. Over plain HTTP to another machine there is no clipboard API, and a browser may
 * refuse it: then the text is copied from a field that is there for a moment.
 */
async function copyText(text: string): Promise<void> {
  try {
    return await navigator.clipboard.writeText(text)
  } catch {
    copyFromField(text)
  }
}

function copyFromField(text: string): void {
  const before = document.activeElement
  const field = document.createElement('textarea')
  field.value = text
  field.className = 'sr-only'
  // Inside an open dialog, nothing outside of it can be selected.
  ;(before?.closest('dialog') ?? document.body).append(field)
  field.select()
  document.execCommand('copy')
  field.remove()
  if (before instanceof HTMLElement) before.focus({ preventScroll: true })
}

/** A button that copies a text and says that it did. */
export function CopyButton({
  text,
  label,
  children,
}: {
  text: string | (() => string)
  label: string
  children?: ComponentChildren
}) {
  const copied = useSignal(false)
  const copy = async () => {
    await copyText(typeof text === 'string' ? text : text())
    copied.value = true
    announce('Copied.')
    setTimeout(() => {
      copied.value = false
    }, 1500)
  }
  return (
    <button
      type="button"
      class={children ? 'button' : 'icon-button'}
      aria-label={label}
      title={label}
      onClick={copy}
    >
      <Icon name={copied.value ? 'check' : 'copy'} />
      {children}
    </button>
  )
}

/** An id, cut in its middle, that can be copied whole; with `href`, a link. */
export const Id = ({ id, href, whole = false }: { id: string; href?: string; whole?: boolean }) => {
  const text = whole ? id : cutId(id)
  return (
    <span class="id">
      {href === undefined ? (
        <code title={id}>{text}</code>
      ) : (
        <a href={href} title={id}>
          <code>{text}</code>
        </a>
      )}
      <CopyButton text={id} label={`Copy ${id}`} />
    </span>
  )
}
