import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pipeline } from 'node:stream'
import type { Test } from 'tap'

/**
 * A reverse proxy as people put one before several tools: it serves the emulator below a prefix,
 * which it removes from the path. `Host` stays as the browser has sent it.
 *
 * @param prefix such as `/tools/pinpoint`
 * @returns the URL of the emulator behind the proxy, without a slash at the end
 */
export async function startPrefixProxy(t: Test, emulator: string, prefix: string): Promise<string> {
  const proxy = createServer((incoming, reply) => {
    const { method, headers, url = '' } = incoming
    if (!url.startsWith(`${prefix}/`)) return void reply.writeHead(404).end('not below the prefix')
    const { hostname, port } = new URL(emulator)
    const outgoing = request({ hostname, port, method, headers, path: url.slice(prefix.length) }, answer => {
      // The browser may have left meanwhile.
      if (reply.destroyed) return void answer.destroy()
      reply.writeHead(answer.statusCode!, answer.headers)
      pipeline(answer, reply, () => {})
    })
    outgoing.on('error', error => reply.destroy(error))
    pipeline(incoming, outgoing, () => {})
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  t.teardown(() => void proxy.close().closeAllConnections())
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}${prefix}`
}
