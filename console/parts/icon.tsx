import { signal } from '@preact/signals'
import { createElement } from 'preact'
import icons from '../icons.svg'

/** An element of an icon, such as a path: its name and its attributes. */
type Shape = [tag: string, attributes: Record<string, string>]

/** The shapes of each icon by its id in icons.svg; empty until that file is there. */
const shapes = signal(new Map<string, Shape[]>())

/**
 * Reads icons.svg. Its shapes become elements of the page, since `<use>` of another file takes a
 * browser half of the time in which it shows a long table.
 */
const request = new XMLHttpRequest()
request.open('GET', new URL(icons, import.meta.url))
request.responseType = 'document'
request.addEventListener('load', () => {
  const symbols = [...(request.responseXML?.querySelectorAll('symbol') ?? [])]
  shapes.value = new Map(symbols.map(({ id, children }) => [id, [...children].map(toShape)]))
})
request.send()

const toShape = ({ tagName, attributes }: Element): Shape => [
  tagName,
  Object.fromEntries([...attributes].map(({ name, value }) => [name, value])),
]

/** An icon of icons.svg. Without a label, it is decoration that a word beside it explains. */
export const Icon = ({ name, label, class: more = '' }: { name: string; label?: string; class?: string }) => (
  <svg
    class={`icon ${more}`}
    viewBox="0 0 24 24"
    role={label ? 'img' : undefined}
    aria-label={label}
    aria-hidden={label ? undefined : 'true'}
  >
    {shapes.value
      .get(name)
      ?.map(([tag, attributes], index) => createElement(tag, { key: index, ...attributes }))}
  </svg>
)
