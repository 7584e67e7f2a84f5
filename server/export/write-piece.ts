import { pipeline } from 'node:stream/promises'
import { setImmediate } from 'node:timers/promises'
import { createGzip } from 'node:zlib'
import type { AppRef } from '../store/applications/applications.ts'
import { type MemberCursor, type Members, memberJson } from '../store/segments/members.ts'
import type { ExportContext } from './export-context.ts'

/** Endpoints read at once. */
const endpointsPerRead = 500

/** Which members a piece is made of. */
export interface PieceOfMembers {
  app: AppRef
  members: Members
  /** Those behind this cursor. */
  after: MemberCursor
  /** The last row of `endpoints` that is exported. */
  upTo: number
  /** At the most. */
  endpoints: number
}

/**
 * Writes a piece: endpoints → lines → gzip → bucket. A line is an endpoint as
 * GetEndpoint answers it (assumed).
 *
 * @param write writes the object; gives its draft
 * @returns the draft, how many endpoints are in it, and the cursor of the last one
 */
export async function writePiece(
  piece: PieceOfMembers,
  write: (chunks: AsyncIterable<Buffer>) => Promise<string>,
  { store, signal }: Pick<ExportContext, 'store' | 'signal'>,
): Promise<{ draft: string; endpoints: number; cursor: MemberCursor }> {
  const { app, members, upTo } = piece
  let cursor = piece.after
  let left = piece.endpoints
  let endpoints = 0

  const read = store.segmentMembers.prepareSteps(app, members, { upTo, columns: 'all' })
  async function* lines(): AsyncGenerator<string> {
    for (let next: MemberCursor | undefined = cursor; next !== undefined && left > 0; ) {
      signal.throwIfAborted()
      const limit = Math.min(endpointsPerRead, left)
      const step = read(next, limit)
      yield step.found.map(member => `${memberJson(app, member)}\n`).join('')
      endpoints += step.found.length
      left -= step.found.length
      next = step.next
      cursor = next ?? step.found.at(-1)?.cursor ?? cursor
      await setImmediate()
    }
  }

  let draft = ''
  await pipeline(lines, createGzip(), async chunks => {
    draft = await write(chunks)
  })
  return { draft, endpoints, cursor }
}
