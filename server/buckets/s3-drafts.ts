import type { S3Client, S3ServiceException } from '@aws-sdk/client-s3'
import { DraftGoneError, type Drafts, NoS3Error, UnwritableError } from './bucket.ts'

/** Bytes of a part; S3 takes no fewer than 5 MB, but for the last part, and 10,000 parts of an object. */
const partBytes = 8 * 1024 * 1024

/**
 * Milliseconds in which uploads that nobody knows of are to be found: what is in vain is
 * not to hold up an export.
 */
const unknownTimeout = 3000

/** What a draft says of itself: an upload, and once everything is uploaded, what it takes to publish it. */
interface S3Draft {
  in: 'S3'
  uploadId: string
  written?: { etags: string[]; bytes: number }
}

/**
 * How objects come into a bucket of S3: a draft is a multipart upload, which S3 shows to
 * nobody before it is completed.
 *
 * @param load gives the SDK and its client
 * @param explain what S3 or the network says, as a sentence
 */
export function draftsInS3(
  bucket: string,
  load: () => Promise<{ sdk: typeof import('@aws-sdk/client-s3'); client: S3Client }>,
  explain: (error: unknown) => string,
): Drafts {
  const explained = async <T>(answer: Promise<T>, signal: AbortSignal): Promise<T> => {
    try {
      return await answer
    } catch (error) {
      signal.throwIfAborted()
      throw error instanceof UnwritableError ? error : new UnwritableError(explain(error))
    }
  }

  /** What is in each answer of S3. */
  const required = (value: string | undefined, name: string): string => {
    if (value !== undefined) return value
    throw new UnwritableError(explain(new NoS3Error(`its answer has no ${name}`)))
  }

  return {
    async begin(Key, abortSignal) {
      const { sdk, client } = await load()
      const create = new sdk.CreateMultipartUploadCommand({ Bucket: bucket, Key })
      const { UploadId } = await explained(client.send(create, { abortSignal }), abortSignal)
      return JSON.stringify({ in: 'S3', uploadId: required(UploadId, 'UploadId') } satisfies S3Draft)
    },

    async discardUnknown(Key, signal) {
      const abortSignal = AbortSignal.any([signal, AbortSignal.timeout(unknownTimeout)])
      try {
        const { sdk, client } = await load()
        const list = new sdk.ListMultipartUploadsCommand({ Bucket: bucket, Prefix: Key })
        const { Uploads = [] } = await client.send(list, { abortSignal })
        for (const { UploadId } of Uploads.filter(upload => upload.Key === Key)) {
          await client.send(new sdk.AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId }), {
            abortSignal,
          })
        }
      } catch {
        // Not every server knows the call, and not everybody may make it.
        signal.throwIfAborted()
      }
    },

    async write(Key, draft, content, abortSignal) {
      const { uploadId } = readDraft(draft)
      const { sdk, client } = await load()
      const etags: string[] = []
      let bytes = 0
      for await (const Body of partsOf(content)) {
        const upload = new sdk.UploadPartCommand({
          Bucket: bucket,
          Key,
          UploadId: uploadId,
          PartNumber: etags.length + 1,
          Body,
        })
        const { ETag } = await explained(client.send(upload, { abortSignal }), abortSignal)
        etags.push(required(ETag, 'ETag'))
        bytes += Body.length
      }
      return JSON.stringify({ in: 'S3', uploadId, written: { etags, bytes } } satisfies S3Draft)
    },

    async publish(Key, draft, abortSignal) {
      const { uploadId, written } = readDraft(draft)
      if (written === undefined) throw new UnwritableError(`${Key} has not been written`)
      const { sdk, client } = await load()
      const Parts = written.etags.map((ETag, index) => ({ ETag, PartNumber: index + 1 }))
      const complete = new sdk.CompleteMultipartUploadCommand({
        Bucket: bucket,
        Key,
        UploadId: uploadId,
        MultipartUpload: { Parts },
      })
      const completed = client.send(complete, { abortSignal }).catch(async error => {
        // Published before, perhaps by this very request, whose answer was lost: what lies there now tells.
        const head = new sdk.HeadObjectCommand({ Bucket: bucket, Key })
        const found = await client.send(head, { abortSignal }).catch(() => undefined)
        if (found?.ContentLength === written.bytes) return
        if (error.name !== 'NoSuchUpload') throw error
        throw new DraftGoneError(`what was written of ${Key} is gone from the bucket`)
      })
      await explained(completed, abortSignal)
    },

    async discard(Key, draft, abortSignal) {
      const { uploadId } = readDraft(draft)
      const { sdk, client } = await load()
      const abort = new sdk.AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId: uploadId })
      const remove = new sdk.DeleteObjectCommand({ Bucket: bucket, Key })
      const removed = client.send(abort, { abortSignal }).then(
        () => true,
        async error => {
          // An upload that is gone was completed. It may be that after another error, too.
          await client.send(remove, { abortSignal })
          if (!isGone(error)) throw error
        },
      )
      await explained(removed, abortSignal)
    },
  }
}

function readDraft(draft: string): S3Draft {
  const read = JSON.parse(draft)
  if (read.in === 'S3') return read
  throw new UnwritableError('the bucket was a folder when the object was begun, and is none now')
}

/** Whether there is no such upload any more; or no way to abort one, as in some small servers. */
const isGone = ({ name, $metadata }: S3ServiceException) =>
  name === 'NoSuchUpload' || [405, 501].includes($metadata?.httpStatusCode ?? 0)

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
