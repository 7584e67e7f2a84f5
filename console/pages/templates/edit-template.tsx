import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { announce } from '../../announce.tsx'
import { call, get } from '../../api/calls.ts'
import type { TemplateVersions } from '../../api/types.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { useAction } from '../../parts/form.tsx'
import { ErrorBox } from '../../parts/states.tsx'
import type { Draft, Kind } from './kinds.ts'
import type { Shown } from './shown.ts'
import { TemplateFields } from './template-form.tsx'

/**
 * Edits a version of a template: as a new version, which is not active, or, if it is the latest, in
 * its place.
 *
 * @param saved gets the number of the version that was written
 */
export function EditTemplate({
  kind,
  template,
  isLatest,
  address,
  close,
  saved,
}: {
  kind: Kind
  template: Shown['template']
  isLatest: boolean
  address: string
  close: () => void
  saved: (version: string) => void
}) {
  const draft = useSignal(contentOf(kind, template))
  const form = useRef<HTMLFormElement>(null)
  const { busy, error, run } = useAction()
  const { Version: version = '1' } = template
  const save = async (query: string) => {
    await call('PUT', `${address}?${query}`, { body: draft.value })
    const { Item } = await get<TemplateVersions>(`${address}/versions?page-size=1`)
    const { Version: written = '1' } = Item[0]!
    announce(`Version ${written} is saved.`)
    saved(written)
  }
  const replace = () => {
    if (form.current?.reportValidity()) run(() => save(`version=${version}`))
  }
  return (
    <Dialog title={`Edit version ${version} of ${template.TemplateName}`} wide asks close={close}>
      <form
        ref={form}
        onSubmit={event => {
          event.preventDefault()
          run(() => save('create-new-version=true'))
        }}
      >
        <TemplateFields
          kind={kind}
          draft={draft.value}
          change={value => {
            draft.value = value
          }}
        />
        {error && <ErrorBox error={error} />}
        <div class="actions">
          <button type="submit" class="button main" aria-busy={busy}>
            Save as a new version
          </button>
          {isLatest && (
            <button type="button" class="button" aria-busy={busy} onClick={replace}>
              Replace version {version}
            </button>
          )}
          <button type="button" class="button" onClick={close}>
            Cancel
          </button>
        </div>
        <p class="hint">
          A new version is not active until you make it so.
          {!isLatest && ' Only the latest version can be replaced.'}
        </p>
      </form>
    </Dialog>
  )
}

/** What a template says: its members without name, version, dates and tags. */
function contentOf({ members }: Kind, template: Shown['template']): Draft {
  const names = new Set(members.map(({ name, of }) => of ?? name))
  return Object.fromEntries(Object.entries(template).filter(([name]) => names.has(name)))
}
