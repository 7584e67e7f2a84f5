import { render } from 'preact'
import { listen, startLive } from './api/live.ts'
import { App } from './app.tsx'
import { accessKeyId } from './parts/credentials.ts'
import { startPreferences } from './preferences.ts'
import { startRouter } from './router.ts'
import { startFocus } from './shell/focus.ts'
import { startKeys } from './shell/keys.ts'
import { startMenu } from './shell/menu.ts'

startPreferences()
startRouter()
startKeys()
startMenu()
listen('hello', hello => {
  accessKeyId.value = hello.accessKeyId
})
startLive()
document.addEventListener('focusin', event => startFocus(event.composedPath() as Element[]), { once: true })
render(<App />, document.getElementById('console')!)
