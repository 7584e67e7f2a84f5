import { signal } from '@preact/signals'

/** The id of one of ACCESS_KEYS, if calls must be signed; letters and digits. The live feed names it. */
export const accessKeyId = signal<string | undefined>(undefined)

/**
 * The credentials in lines and code that are copied: without ACCESS_KEYS the emulator takes any. The
 * console does not know the secret of a key; a placeholder stands for it.
 */
export function credentials(): { id: string; secret: string } {
  const { value: id } = accessKeyId
  return id === undefined ? { id: 'test', secret: 'test' } : { id, secret: `SECRET_OF_${id}` }
}
