import { signal } from '@preact/signals'
import { render } from 'preact'
import icons from './icons.svg'

const iconsAddress = new URL(icons, import.meta.url).href
const version = signal('')

function Main() {
  return (
    <main>
      <h1>pinpoint-local</h1>
      <svg width="20" height="20" aria-hidden="true">
        <use href={`${iconsAddress}#circle`} />
      </svg>
      <p>{version}</p>
    </main>
  )
}

render(<Main />, document.getElementById('console')!)
const health = await fetch(new URL('../health', document.baseURI))
version.value = (await health.json()).version
