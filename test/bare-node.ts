import { fileURLToPath } from 'node:url'

/**
 * Before tap, it has tap start test files with node alone. By itself, tap puts modules before each that see
 * which files are loaded, as `npm run coverage` needs them; every worker thread of an emulator loads them as
 * well. That takes a quarter of the run's time, and tap has no option against it.
 */
process.env.BARE_NODE = process.execPath
process.execPath = fileURLToPath(new URL('bare-node.sh', import.meta.url))
