import type { Readable } from 'node:stream'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { type Static, Type } from '@sinclair/typebox'
import { Format } from '../model/import-job.ts'
import { takeUploads, withUpload } from './upload-bodies.ts'

const FileCheck = Type.Object({
  format: Type.Optional(
    Type.Unsafe<Format>({ ...Format, description: 'For CreateImportJob; absent if unknown' }),
  ),
  isGzip: Type.Boolean({ description: 'Whether it is compressed with gzip, by its bytes' }),
  name: Type.String({ description: 'A name for the upload whose extensions say what the file is' }),
  columns: Type.Array(
    Type.Object({
      name: Type.String(),
      problem: Type.Optional(Type.String({ description: 'Why the column cannot be used' })),
    }),
    { description: 'The columns of a CSV file' },
  ),
  records: Type.Array(
    Type.Object({
      line: Type.Integer({ description: 'From 1' }),
      record: Type.String({ description: 'As it was read' }),
      endpoint: Type.Optional(
        Type.Unsafe<Record<string, unknown>>({
          type: 'object',
          additionalProperties: true,
          description: 'As it would be imported',
        }),
      ),
      reason: Type.Optional(Type.String({ description: 'Why it cannot be imported' })),
      note: Type.Optional(Type.String({ description: 'What must be there already for it to be imported' })),
    }),
    { description: 'The first five records' },
  ),
  problem: Type.Optional(Type.String({ description: 'Why the file as a whole cannot be imported' })),
  note: Type.Optional(Type.String({ description: 'What else is to be known of it: that it has no records' })),
})
export type FileCheck = Static<typeof FileCheck>

/** Bytes of the body that are read. */
const readBytes = 64 * 1024

/**
 * Says what an import would make of a file, from its first 64 KB: its format, its columns, and its
 * first records. Nothing is stored.
 */
export const checkFile: FastifyPluginAsyncTypebox = async app => {
  takeUploads(app)
  app.post(
    '/_pinpoint/check-file',
    {
      config: { operation: 'checkFile', isUpload: true },
      schema: {
        summary: 'What an import would make of a file, by its first 64 KB, which are the body',
        querystring: Type.Object({ name: Type.Optional(Type.String({ description: 'Of the file' })) }),
        response: { 200: FileCheck },
      },
    },
    async request => {
      const { checkFile } = await import('../import/check-file.ts')
      return withUpload(request, async ({ content }) => {
        const bytes = await readBegin(content)
        return checkFile({
          name: request.query.name || 'upload',
          bytes,
          isWhole: bytes.length < readBytes,
        })
      })
    },
  )
}

/** Reads the beginning of a body, and leaves the rest. */
async function readBegin(body: Readable): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    length += chunk.length
    if (length >= readBytes) break
  }
  return Buffer.concat(chunks).subarray(0, readBytes)
}
