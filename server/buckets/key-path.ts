import { sep } from 'node:path'

/** Whose rules for file names apply. */
export type PathFlavour = 'posix' | 'win32'

/** That of the system which this runs on. */
export const ownFlavour: PathFlavour = sep === '\\' ? 'win32' : 'posix'

/**
 * The rule for keys in a folder that serves as a bucket: between its slashes, a key has plain file names. So
 * no key leaves the folder by what it says; links are checked where they are met. Windows gives a meaning to
 * more than other systems do: `\`, drive letters, device names, alternate data streams, and dots and spaces
 * at the end of a name, which it drops (source: "Naming Files, Paths, and Namespaces", Microsoft).
 *
 * @returns why a folder cannot hold the key, as a sentence; undefined when it can
 */
export function keyProblem(key: string, flavour: PathFlavour = ownFlavour): string | undefined {
  for (const name of key.split('/')) {
    const problem = nameProblem(name) ?? (flavour === 'win32' ? windowsProblem(name) : undefined)
    if (problem !== undefined) return `a folder cannot hold the key ${key}: ${problem}`
  }
  return undefined
}

function nameProblem(name: string): string | undefined {
  const isName = name !== '' && name !== '.' && name !== '..' && !name.includes('\0')
  return isName ? undefined : `between its slashes there must be names, and not ${JSON.stringify(name)}`
}

function windowsProblem(name: string): string | undefined {
  const quoted = JSON.stringify(name)
  if (/[\\:<>"|?*]/.test(name) || [...name].some(char => char < ' ')) {
    return `on Windows a name cannot have \\ : < > " | ? * or control characters in it; got ${quoted}`
  }
  if (/[. ]$/.test(name)) return `on Windows a name cannot end with a dot or a space; got ${quoted}`
  return devices.test(name) ? `on Windows ${quoted} names a device` : undefined
}

/** Names of devices, which an ending does not make names of files. */
const devices = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]) *(\.|$)/i

/** Whether a real path is a folder's, or below it. */
export const isInside = (folder: string, path: string): boolean =>
  path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep)
