import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))

/**
 * The path of a module of the server for tests: in the folder that `npm test` builds, as that is what
 * users run and starts in half of the processor's time; else the source itself. Tests that compare
 * classes with those of the sources, or look at what a build has prepared, import the sources.
 *
 * @param source its path, such as `server/main.ts`
 * @throws Error if the build does not have it
 */
export function builtModule(source: string): string {
  const { TEST_BUILT: built } = process.env
  if (!built) return join(root, source)
  const path = join(root, built, `${basename(source, '.ts')}.js`)
  if (!existsSync(path))
    throw new Error(`${path} is missing: npm run build:test makes what it names, ${source} among it`)
  return path
}

/** Imports a module of the server, see `builtModule`. */
export const importBuilt = async <Module>(source: string): Promise<Module> =>
  (await import(pathToFileURL(builtModule(source)).href)) as Module
