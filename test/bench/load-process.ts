import { text } from 'node:stream/consumers'
import autocannon from 'autocannon'
import type { Load } from './load.ts'

/**
 * The client of load.ts, in a process of its own: reads a Load as JSON from stdin, and prints what came of
 * it.
 */
const { url, requests, seconds } = JSON.parse(await text(process.stdin)) as Load
const connections = 20
let connection = 0
let answers = 0
let begun = 0
let ended = 0
const cannon = autocannon(
  {
    url,
    connections,
    ...(seconds === undefined ? { amount: requests.length } : { duration: seconds }),
    // Each connection sends requests of its own, which are built before the start.
    setupClient(client) {
      const first = connection++ % requests.length
      client.setRequests(requests.filter((_, index) => index % connections === first))
    },
    // How often it looks whether it is at the end, in milliseconds.
    sampleInt: 10,
    // Seconds; its default of 10 is not enough for the last of 20 batches on a busy machine.
    timeout: 60,
  },
  (error, { errors, timeouts, non2xx }) => {
    if (error) throw error
    process.stdout.write(JSON.stringify({ errors, timeouts, non2xx, answers, ms: ended - begun }))
  },
)
cannon.on('start', () => {
  begun = performance.now()
})
cannon.on('response', () => {
  answers++
  ended = performance.now()
})
