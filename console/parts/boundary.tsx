import { Component, type ComponentChildren } from 'preact'
import { Page } from './page.tsx'
import { ErrorBox } from './states.tsx'

/** Shows an error that is thrown while its children render, in place of them: the menu stays. */
export class Boundary extends Component<{ children: ComponentChildren }, { error?: Error | undefined }> {
  static override getDerivedStateFromError(error: Error) {
    return { error }
  }

  override componentDidCatch(error: Error) {
    console.error(error)
  }

  override render() {
    const { error } = this.state
    if (error === undefined) return this.props.children
    return (
      <Page title="This page has failed">
        <ErrorBox error={error} retry={() => this.setState({ error: undefined })} />
        <p class="hint">This is a fault of the console. The browser’s own console says where.</p>
      </Page>
    )
  }
}
