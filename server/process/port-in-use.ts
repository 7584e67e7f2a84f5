import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { basename } from 'node:path'
import { promisify } from 'node:util'
import { StartError, stopCommand } from './start-error.ts'

/** Milliseconds that lsof has to find the other process, and that one to answer. */
const timeout = 5000

/** A process that listens on a port. */
interface Listener {
  pid: number
  /** The name of its program. */
  name: string
}

/**
 * The error of a start whose port is taken: by which process, as far as that can be
 * found out, and how to stop it.
 */
export async function portInUse(host: string, port: number): Promise<StartError> {
  const [user, advice] = await describeUser(host, port)
  return new StartError(`port ${port} of ${host} is in use${user}: ${advice}name another PORT, or 0 for any`)
}

async function describeUser(host: string, port: number): Promise<[user: string, advice: string]> {
  const listener = await findListener(port)
  if (listener?.pid === process.pid) return [' by this process itself', '']
  const isPinpointLocal = await answersAsPinpointLocal(host, port)
  if (listener === undefined)
    return isPinpointLocal ? [' by another pinpoint-local', 'stop it, or '] : ['', '']
  const { pid, name } = listener
  if (!isPinpointLocal) return [` by process ${pid} (${name})`, '']
  // Docker and ssh listen on behalf of an emulator that is elsewhere. To stop them would stop more than that.
  if (name !== basename(process.execPath))
    return [` by process ${pid} (${name}) for another pinpoint-local`, '']
  return [` by another pinpoint-local, process ${pid}`, `stop it (${stopCommand(pid)}), or `]
}

async function answersAsPinpointLocal(host: string, port: number): Promise<boolean> {
  const address = { '0.0.0.0': '127.0.0.1', '::': '::1' }[host] ?? host
  const url = `http://${address.includes(':') ? `[${address}]` : address}:${port}/_pinpoint/health`
  try {
    const response = await fetch(url, {
      headers: { connection: 'close' },
      signal: AbortSignal.timeout(timeout),
    })
    const { status, version } = (await response.json()) as Record<string, unknown>
    return typeof status === 'string' && typeof version === 'string'
  } catch {
    return false
  }
}

/** Finds the process that listens on a TCP port; undefined where the system does not tell this user. */
async function findListener(port: number): Promise<Listener | undefined> {
  try {
    return process.platform === 'linux' ? findByProc(port) : await findByLsof(port)
  } catch {
    return undefined
  }
}

/** On Linux: looks for the process that has one of the sockets that listen on the port. */
function findByProc(port: number): Listener | undefined {
  const sockets = new Set(['/proc/net/tcp', '/proc/net/tcp6'].flatMap(table => listening(table, port)))
  const hasOne = (pid: string) =>
    readdirSync(`/proc/${pid}/fd`).some(fd => sockets.has(linkTarget(`/proc/${pid}/fd/${fd}`)))
  const pid = readdirSync('/proc').find(pid => {
    try {
      return /^\d+$/.test(pid) && hasOne(pid)
    } catch {
      // It belongs to another user, or has ended.
      return false
    }
  })
  return pid === undefined ? undefined : { pid: Number(pid), name: basename(linkTarget(`/proc/${pid}/exe`)) }
}

/** The sockets that listen on a port, as links name them, by a table of the kernel. */
function listening(table: string, port: number): string[] {
  if (!existsSync(table)) return []
  const rows = readFileSync(table, 'utf8').trim().split('\n').slice(1)
  return rows.flatMap(row => {
    const fields = row.trim().split(/\s+/)
    const [local = '', state, inode] = [fields[1], fields[3], fields[9]]
    const isListening = state === '0A' && Number.parseInt(local.split(':')[1] ?? '', 16) === port
    return isListening ? [`socket:[${inode}]`] : []
  })
}

/** Empty where the link cannot be read. */
function linkTarget(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}

/** On macOS and others. Windows has no lsof. */
async function findByLsof(port: number): Promise<Listener | undefined> {
  const args = ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc']
  const { stdout } = await promisify(execFile)('lsof', args, { timeout })
  const [, pid, name = ''] = /^p(\d+)\nc(.*)$/m.exec(stdout) ?? []
  return pid === undefined ? undefined : { pid: Number(pid), name }
}
