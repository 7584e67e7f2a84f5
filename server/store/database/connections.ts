/**
 * How the connections of the two threads differ.
 *
 * - busyTimeout: milliseconds that a write waits for the other thread's transaction, which blocks
 *   its thread
 * - checkpointPages: pages of the write-ahead log, of 8 KB each, at which a write copies them into
 *   the database (a checkpoint). With SQLite's default, 1000 pages of 4 KB, an import of shuffled
 *   ids is a quarter slower. A checkpoint can take a third of a second, so the HTTP thread leaves
 *   it to the worker, as long as that writes
 * - cacheKiB: the page cache. The worker's is small, as an import writes nearly all pages in their order
 */
export const connections = {
  http: { busyTimeout: 0, checkpointPages: 16_000, cacheKiB: 16_384 },
  worker: { busyTimeout: 10_000, checkpointPages: 8_000, cacheKiB: 8192 },
}
