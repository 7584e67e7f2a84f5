import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { call } from '../../api/calls.ts'
import type { FileCheck } from '../../api/types.ts'
import { to } from '../../router.ts'

/** Files that are looked at before an import. */
export const maxChecked = 20

/** Bytes of a file that the emulator reads to say what an import would make of it. */
const checkedBytes = 64 * 1024

/** Milliseconds after the last change of a text before it is looked at. */
const pauseMs = 250

/**
 * What an import would make of each of the files, as far as that is known; an error if it cannot be
 * told.
 *
 * @returns `retry` asks again for those that could not be told
 */
export function useChecks(files: File[]): { checks: Map<File, FileCheck | Error>; retry: () => void } {
  const attempt = useSignal(0)
  const checks = useSignal(new Map<File, FileCheck | Error>())
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt reads again.
  useEffect(() => {
    const abort = new AbortController()
    const run = async () => {
      const found = new Map<File, FileCheck | Error>()
      for (const file of files.slice(0, maxChecked)) {
        const known = checks.value.get(file)
        const check =
          known instanceof Error || known === undefined
            ? await checkOf(file, abort.signal).catch((error: Error) => error)
            : known
        if (abort.signal.aborted) return
        found.set(file, check)
        checks.value = new Map([...checks.value, [file, check]])
      }
      checks.value = found
    }
    // At once for files; rows that are being written change with each key.
    const timer = setTimeout(run, checks.value.size === 0 ? 0 : pauseMs)
    return () => {
      clearTimeout(timer)
      abort.abort()
    }
  }, [files, checks, attempt.value])
  return {
    checks: checks.value,
    retry: () => {
      attempt.value++
    },
  }
}

async function checkOf(file: File, signal: AbortSignal): Promise<FileCheck> {
  const begin = await file
    .slice(0, checkedBytes)
    .arrayBuffer()
    .catch(() => {
      throw new Error('The file cannot be read. Was it moved or changed? Choose it again.')
    })
  return call<FileCheck>('POST', to`check-file?name=${file.name}`, { raw: new Blob([begin]), signal })
}
