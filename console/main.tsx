import { render } from 'preact'
import { listen, startLive } from './api/live.ts'
import { App } from './app.tsx'
import { accessKeyId } from './parts/credentials.ts'
import { startRouter } from './router.ts'
import { startKeys } from './shell/keys.ts'
import { startMenu } from './shell/menu.ts'
import { startPreferences } from './shell/preferences.ts'

startPreferences()
startRouter()
startKeys()
startMenu()
listen('hello', hello => {
  accessKeyId.value = hello.accessKeyId
})
startLive()
// Not needed before. What has the focus first may be gone once it is loaded.
const loadFocus = (event: FocusEvent) => {
  const path = event.composedPath() as Element[]
  import('./shell/focus.ts').then(
    ({ startFocus }) => startFocus(path),
    () => {},
  )
}
document.addEventListener('focusin', loadFocus, { once: true })
render(<App />, document.getElementById('console')!)
