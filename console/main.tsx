import { render } from 'preact'
import { startLive } from './api/live.ts'
import { App } from './app.tsx'
import { startRouter } from './router.ts'
import { startKeys } from './shell/keys.ts'
import { startPreferences } from './shell/preferences.ts'

startPreferences()
startRouter()
startKeys()
startLive()
render(<App />, document.getElementById('console')!)
