import { readFileSync } from 'node:fs'

/** This package's version. The same path holds in the source tree and in the build, both one folder deep. */
export const version: string = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
).version
