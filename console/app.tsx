import { signal, useSignalEffect } from '@preact/signals'
import { LiveRegion } from './announce.tsx'
import { tokenAsked } from './api/session.ts'
import { Boundary } from './parts/boundary.tsx'
import { loadScript, reloadPage, useReloadOfFailed } from './parts/load-script.ts'
import { Page } from './parts/page.tsx'
import { Empty, ErrorBox, Loading } from './parts/states.tsx'
import { place } from './router.ts'
import { type Found, findRoute } from './routes.ts'
import { KeysHelp } from './shell/keys-help.tsx'
import { Layout } from './shell/layout.tsx'
import { Palette } from './shell/palette.tsx'
import { TokenDialog } from './shell/token-dialog.tsx'
import { DropTarget } from './upload/drop.tsx'

type PageComponent = Awaited<ReturnType<Found['route']['load']>>

/** The pages that were loaded, by their routes. */
const loaded = signal(new Map<Found['route'], PageComponent | Error>())

/** The whole console. */
export const App = () => (
  <>
    <Layout>
      <CurrentPage />
    </Layout>
    <Palette />
    <KeysHelp />
    <DropTarget />
    {tokenAsked.value && <TokenDialog />}
    <LiveRegion />
  </>
)

function CurrentPage() {
  const found = findRoute(place.value.path)
  useSignalEffect(() => {
    const route = findRoute(place.value.path)?.route
    if (route !== undefined && !loaded.peek().has(route)) load(route)
  })
  const Component = found && loaded.value.get(found.route)
  useReloadOfFailed(Component)
  if (found === undefined) return <NotFound />
  if (Component === undefined) return <Loading />
  if (Component instanceof Error) {
    return (
      <Page title="This page could not be loaded">
        <ErrorBox error={Component} retry={reloadPage} />
      </Page>
    )
  }
  // A page of another application or job begins anew.
  return (
    <Boundary key={place.value.path.join('/')}>
      <Component {...found.params} />
    </Boundary>
  )
}

function load(route: Found['route']): void {
  loadScript(route.load).then(component => {
    loaded.value = new Map(loaded.value).set(route, component)
  })
}

const NotFound = () => (
  <Page title="There is no such page">
    <Empty icon="search" title="The address names no page of the console.">
      <p>
        <a href=".">All applications</a>
      </p>
    </Empty>
  </Page>
)
