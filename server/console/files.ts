import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { brotliDecompressSync } from 'node:zlib'
import { Asset } from './asset.ts'

/** What the console consists of, as it is served. */
export interface ConsoleFiles {
  /** The HTML of the page. Its addresses are relative to the path of the console, by its base. */
  page: string
  /** By file name. */
  assets: ReadonlyMap<string, Asset>
}

/**
 * The folder of the built console: `index.html`, and each asset as brotli. From source there is
 * none.
 */
const built = new URL('./console/', import.meta.url)

let files: Promise<ConsoleFiles> | undefined

/**
 * Loads the console: from the build, once, or else from its sources, and again after they change.
 */
export async function loadConsole(): Promise<ConsoleFiles> {
  if (files === undefined && existsSync(built)) {
    files = readBuilt()
    // What could not be read now may be readable later.
    files.catch(() => {
      files = undefined
    })
  }
  if (files !== undefined) return files
  const { bundleConsole } = await import('./bundle.ts')
  return bundleConsole()
}

async function readBuilt(): Promise<ConsoleFiles> {
  const names = (await readdir(built)).filter(name => name.endsWith('.br'))
  const assets = names.map(async (file): Promise<[string, Asset]> => {
    const name = basename(file, '.br')
    const brotli = await readFile(new URL(file, built))
    return [name, new Asset(name, brotliDecompressSync(brotli), brotli)]
  })
  return {
    page: await readFile(new URL('index.html', built), 'utf8'),
    assets: new Map(await Promise.all(assets)),
  }
}
