import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { announce } from '../announce.tsx'
import { cutId } from '../format.ts'
import { Icon } from './icon.tsx'

/**
 * Copies a text. Over plain HTTP to another machine there is no clipboard API, and a browser may
 * refuse it: then the text is copied from a field that is there for a moment.
 *
 * @returns whether it was copied
 */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return copyFromField(text)
  }
}

function copyFromField(text: string): boolean {
  const before = document.activeElement
  const field = document.createElement('textarea')
  field.value = text
  field.className = 'sr-only'
  // Inside an open dialog, nothing outside of it can be selected.
  ;(before?.closest('dialog') ?? document.body).append(field)
  field.select()
  const isCopied = document.execCommand('copy')
  field.remove()
  if (before instanceof HTMLElement) before.focus({ preventScroll: true })
  return isCopied
}

const outcomes = {
  copied: { icon: 'check', words: 'Copied.' },
  refused: { icon: 'circle-x', words: 'The browser refused to copy. Select the text and copy it by hand.' },
}

/** A button that copies a text and says whether it did. */
export function CopyButton({
  text,
  label,
  children,
}: {
  text: string | (() => string)
  label: string
  children?: ComponentChildren
}) {
  const outcome = useSignal<keyof typeof outcomes | undefined>(undefined)
  const copy = async () => {
    const isCopied = await copyText(typeof text === 'string' ? text : text())
    outcome.value = isCopied ? 'copied' : 'refused'
    announce(outcomes[outcome.value].words)
    setTimeout(
      () => {
        outcome.value = undefined
      },
      isCopied ? 1500 : 5000,
    )
  }
  const { icon, words } = outcome.value ? outcomes[outcome.value] : { icon: 'copy', words: label }
  return (
    <button
      type="button"
      class={children ? 'button' : 'icon-button'}
      aria-label={label}
      title={words}
      onClick={copy}
    >
      <Icon name={icon} />
      {children}
    </button>
  )
}

/** An id, cut in its middle, that can be copied whole; with `href`, a link. */
export const Id = ({
  id,
  href,
  whole = false,
}: {
  id: string
  href?: string | undefined
  whole?: boolean
}) => {
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
