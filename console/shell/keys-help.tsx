import { mainPages } from '../menu-entries.ts'
import { Dialog } from '../parts/dialog.tsx'
import { bound, CheckField } from '../parts/fields.tsx'
import { setting } from '../preferences.ts'
import { helpOpen } from './keys.ts'

const keys: [key: string, does: string][] = [
  ['Ctrl K', 'Go to an id, a name or a page'],
  ['/', 'Search on this page'],
  ['j  k', 'Next row, row before'],
  ['Enter', 'Open it'],
  ['Escape', 'Back, to where you were'],
  ['.', 'Stop following what happens, or go on'],
  ['?', 'These keys'],
  ...mainPages.flatMap(({ key, name }): [string, string][] => (key ? [[`g  ${key}`, name]] : [])),
]

/** The keys, and a way to switch off those that are single letters. */
export function KeysHelp() {
  const singleKeys = setting('singleKeys')
  if (!helpOpen.value) return null
  return (
    <Dialog
      title="Keys"
      close={() => {
        helpOpen.value = false
      }}
    >
      <dl class="keys">
        {keys.map(([key, does]) => (
          <div key={key}>
            <dt>
              {key.split('  ').map(part => (
                <kbd key={part}>{part}</kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <CheckField label="Keys without Ctrl" {...bound(singleKeys)} />
    </Dialog>
  )
}
