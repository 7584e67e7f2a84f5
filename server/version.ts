import { readFileSync } from 'node:fs'

// The same path holds in the source tree and in the build, both one folder deep.
const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))

/** This package's version. */
export const version: string = manifest.version

/** The oldest Node that runs this package, as `22.18`. */
export const oldestNode: string = manifest.engines.node.replace('>=', '')
