import { render } from 'preact'
import { startLive } from './api/live.ts'
import { App } from './app.tsx'
import { startRouter } from './router.ts'
import { startKeys } from './shell/keys.ts'
import { startMenu } from './shell/menu.ts'
import { startPreferences } from './shell/preferences.ts'

startPreferences()
startRouter()
startKeys()
startMenu()
startLive()
render(<App />, document.getElementById('console')!)
