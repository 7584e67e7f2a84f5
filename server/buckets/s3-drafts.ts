import type { S3Client } from '@aws-sdk/client-s3'
import { UnwritableError, type WritableBucket } from './bucket.ts'

/** Bytes of a part; S3 takes no fewer than 5 MB, but for the last part, and 10,000 parts of an object. */
const partBytes = 8 * 1024 * 1024

/** A draft in S3: an upload, and once everything is uploaded, what it takes to publish it. */
interface S3Draft {
  uploadId: string
  etags?: string[]
  bytes?: number
}

/**
 * How objects come into a bucket of S3: a draft is a multipart upload, which S3 shows to nobody before it is completed.
 *
 * @param load gives the SDK and its client
 * @param explain what S3 or the network says, as a sentence
 */
export function draftsInS3(
  bucket: string,
  load: () => Promise<{ sdk: typeof import('@aws-sdk/client-s3'); client: S3Client }>,
  explain: (error: unknown) => string,
): Pick<WritableBucket, 'begin' | 'write' | 'publish' | 'discard'> {
  const explained = async <T>(answer: Promise<T>, signal?: AbortSignal): Promise<T> => {
    try {
      return await answer
    } catch (error) {
      signal?.throwIfAborted()
      throw new UnwritableError(explain(error))
    }
  }

  return {
    async begin(Key, abortSignal) {
      const { sdk, client } = await load()
      const create = new sdk.CreateMultipartUploadCommand({ Bucket: bucket, Key })
      const { UploadId } = await explained(client.send(create, { abortSignal }), abortSignal)
      return JSON.stringify({ uploadId: UploadId! } satisfies S3Draft)
    },

    async write(Key, draft, content, abortSignal) {
      const { sdk, client } = await load()
      const { uploadId }: S3Draft = JSON.parse(draft)
      const etags: string[] = []
      let bytes = 0
      for await (const Body of partsOf(content)) {
        const upload = new sdk.UploadPartCommand({
          ...{ Bucket: bucket, Key, UploadId: uploadId, PartNumber: etags.length + 1, Body },
        })
        const { ETag } = await explained(client.send(upload, { abortSignal }), abortSignal)
        etags.push(ETag!)
        bytes += Body.length
      }
      return JSON.stringify({ uploadId, etags, bytes } satisfies S3Draft)
    },

    async publish(Key, draft) {
      const { sdk, client } = await load()
      const { uploadId, etags = [], bytes }: S3Draft = JSON.parse(draft)
      const Parts = etags.map((ETag, index) => ({ ETag, PartNumber: index + 1 }))
      const complete = new sdk.CompleteMultipartUploadCommand({
        ...{ Bucket: bucket, Key, UploadId: uploadId, MultipartUpload: { Parts } },
      })
      const completed = client.send(complete).catch(async error => {
        // Published before, perhaps by this very request, whose answer was lost: what lies there now tells.
        const found = await client
          .send(new sdk.HeadObjectCommand({ Bucket: bucket, Key }))
          .catch(() => undefined)
        if (found?.ContentLength !== bytes) throw error
      })
      await explained(completed)
    },

    async discard(Key, draft) {
      const { sdk, client } = await load()
      const { uploadId }: S3Draft = JSON.parse(draft)
      const abort = new sdk.AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId: uploadId })
      // An upload that is gone was completed; and some servers know no way to abort one.
      const removed = client
        .send(abort)
        .catch(() => client.send(new sdk.DeleteObjectCommand({ Bucket: bucket, Key })))
      await explained(removed)
    },
  }
}

/** Cuts content into parts of at least `partBytes`, and a last one of what is left. */
async function* partsOf(content: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of content) {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes < partBytes) continue
    yield Buffer.concat(chunks)
    chunks = []
    bytes = 0
  }
  if (bytes > 0) yield Buffer.concat(chunks)
}
