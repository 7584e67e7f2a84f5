import { useFetched } from '../api/fetched.ts'
import type { AppOverviews } from '../api/types.ts'
import { appName, count } from '../format.ts'
import { Dialog } from '../parts/dialog.tsx'
import { ActionButton } from '../parts/form.tsx'
import { Loaded } from '../parts/states.tsx'
import { askedForApp, chosen, createApplication, goToImport, refused } from './files.ts'

/** Asks for the application that files are for, or says why what was dropped cannot be taken. */
export function Ask() {
  return refused.value === undefined ? <AskForApp /> : <Refused sentence={refused.value} />
}

const Refused = ({ sentence }: { sentence: string }) => {
  const close = () => {
    refused.value = undefined
  }
  return (
    <Dialog title="Nothing was imported" close={close}>
      <div class="stack">
        <p role="alert">{sentence}</p>
        <div class="actions">
          <button type="button" class="button main" onClick={close}>
            Close
          </button>
        </div>
      </div>
    </Dialog>
  )
}

function AskForApp() {
  const apps = useFetched<AppOverviews>('apps?page-size=100')
  const close = () => {
    askedForApp.value = false
    chosen.value = undefined
  }
  return (
    <Dialog title="Import into which application?" close={close}>
      <div class="stack">
        <Loaded from={apps}>
          {({ items, nextToken }) => {
            const name = freeName(items.map(({ name }) => name))
            return (
              <>
                <ul class="choices">
                  {items.map(({ id, name, endpoints }) => (
                    <li key={id}>
                      <button
                        type="button"
                        class="button"
                        title={appName(name, id)}
                        onClick={() => goToImport(id)}
                      >
                        <span>{appName(name, id)}</span>
                        <span class="meta">{count(endpoints.total)} endpoints</span>
                      </button>
                    </li>
                  ))}
                </ul>
                {nextToken !== undefined && (
                  <p class="hint">
                    These are the newest. For an older one, go to it with Ctrl K, and drop the files there.
                  </p>
                )}
                <ActionButton does={async () => goToImport(await createApplication(name))}>
                  {`Create the application “${name}”`}
                </ActionButton>
              </>
            )
          }}
        </Loaded>
      </div>
    </Dialog>
  )
}

/** `demo`, or `demo 2` and so on where there is one. */
function freeName(names: string[]): string {
  for (let number = 1; ; number++) {
    const name = number === 1 ? 'demo' : `demo ${number}`
    if (!names.includes(name)) return name
  }
}
