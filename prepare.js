import { execSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/**
 * npm's script `prepare`: builds `dist`, which is not in git, for `npm pack` and for whoever installs the package by its
 * git URL. npm runs it after `npm ci` as well, also where that leaves out what builds (`--omit=dev`); then there is nothing
 * to be done. Plain JavaScript, as the node that npm runs it by may know no TypeScript.
 */
if (existsSync('node_modules/rolldown')) execSync('npm run build', { stdio: 'inherit' })
