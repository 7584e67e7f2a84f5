import type { S3Client, S3ServiceException } from '@aws-sdk/client-s3'
import { changedSinceListed, NoS3Error, UnreadableError, type WritableBucket } from './bucket.ts'
import { draftsInS3 } from './s3-drafts.ts'

/** How to reach S3. */
export interface S3Settings {
  region: string
  /** Undefined for AWS's own S3, which is contacted only when the settings allow it. */
  endpoint: string | undefined
  forcePathStyle: boolean | undefined
  /** Undefined to leave the search to the SDK, as for AWS's own S3. */
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string } | undefined
  /**
   * Milliseconds without a byte after which a connection counts as broken off: half a minute, but in tests.
   */
  idleTimeout?: number
  /**
   * Times that a request is sent which S3 is too busy for, or which the network loses: 5, but in tests. With
   * the SDK's pauses these are some seconds.
   */
  maxAttempts?: number
}

/** A bucket of an S3 endpoint. The SDK is loaded, and connections are made, when something is first read. */
export function createS3(settings: S3Settings) {
  let loaded: Promise<{ sdk: typeof import('@aws-sdk/client-s3'); client: S3Client }> | undefined
  const where = settings.endpoint ?? 'AWS S3'

  const load = () => {
    loaded ??= connect().catch(error => {
      loaded = undefined
      throw error
    })
    return loaded
  }

  const connect = async () => {
    const sdk = await import('@aws-sdk/client-s3')
    const client = new sdk.S3Client({
      region: settings.region,
      ...(settings.endpoint !== undefined && { endpoint: settings.endpoint }),
      ...(settings.forcePathStyle !== undefined && { forcePathStyle: settings.forcePathStyle }),
      ...(settings.credentials !== undefined && { credentials: settings.credentials }),
      ...(settings.endpoint === undefined && { followRegionRedirects: true }),
      // Other servers than AWS's know no checksums but those that they must.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      maxAttempts: settings.maxAttempts ?? 5,
      requestHandler: { connectionTimeout: 5_000, socketTimeout: settings.idleTimeout ?? 30_000 },
    })
    return { sdk, client }
  }

  return {
    openBucket(bucket: string): WritableBucket {
      const unreadable = (error: unknown) =>
        error instanceof UnreadableError ? error : new UnreadableError(explain(error, bucket, where))
      return {
        ...draftsInS3(bucket, load, error => explain(error, bucket, where)),

        async *list(prefix, signal) {
          const { sdk, client } = await load()
          try {
            const pages = sdk.paginateListObjectsV2(
              { client },
              { Bucket: bucket, Prefix: prefix },
              { abortSignal: signal },
            )
            for await (const { Contents, Name, KeyCount, IsTruncated } of pages) {
              // Servers leave out some of these, but never all, even if there are no objects.
              if ((Contents ?? Name ?? KeyCount ?? IsTruncated) === undefined)
                throw new NoS3Error('its answer is no list of objects')
              for (const { Key: key, Size: size, ETag: etag } of Contents ?? []) {
                if (key !== undefined) yield { key, size: size ?? 0, etag: etag ?? '' }
              }
            }
          } catch (error) {
            signal.throwIfAborted()
            throw unreadable(error)
          }
        },

        async *open({ key, etag, size }, from, signal) {
          // S3 answers 416 to a range that begins behind the last byte.
          if (from > 0 && from >= size) return
          const { sdk, client } = await load()
          const request = new sdk.GetObjectCommand({
            Bucket: bucket,
            Key: key,
            ...(etag !== '' && { IfMatch: etag }),
            ...(from > 0 && { Range: `bytes=${from}-` }),
          })
          const { Body, ContentRange, ETag } = await client
            .send(request, { abortSignal: signal })
            .catch(error => {
              signal.throwIfAborted()
              throw unreadable(error)
            })
          if (from > 0 && !ContentRange?.startsWith(`bytes ${from}-`)) {
            throw new UnreadableError(`${where} does not answer requests for a part of an object (Range)`)
          }
          // Not every server knows If-Match.
          if (ETag !== undefined && etag !== '' && bareEtag(ETag) !== bareEtag(etag))
            throw new UnreadableError(changedSinceListed)
          let received = from
          try {
            for await (const chunk of Body as AsyncIterable<Uint8Array>) {
              received += chunk.length
              yield chunk
            }
          } catch (error) {
            signal.throwIfAborted()
            throw brokenOff(received, size, (error as Error).message)
          }
          if (received < size) throw brokenOff(received, size, 'the connection ended')
          if (received > size) throw new UnreadableError(changedSinceListed)
        },
      }
    },

    /** Ends its connections, those of requests under way too. */
    async close(): Promise<void> {
      const { client } = (await loaded) ?? {}
      client?.destroy()
    },
  }
}

/** Servers and what stands before them do not agree on quotes, and on the mark of a weak one. */
const bareEtag = (etag: string) => etag.replaceAll(/^W\/|"/g, '')

function brokenOff(received: number, size: number, why: string): UnreadableError {
  return new UnreadableError(`broke off at byte ${received} of ${size}: ${why}`, { brokenOff: true })
}

/** What S3 or the network says, in a sentence that tells what to look at. */
function explain(error: unknown, bucket: string, where: string): string {
  const { name, message, $metadata, code } = error as S3ServiceException & { code?: string }
  const status = $metadata?.httpStatusCode
  if (name === 'NoSuchBucket') return `the bucket ${bucket} does not exist at ${where}`
  if (name === 'NoSuchKey' || name === 'NotFound') return 'the object does not exist any more'
  if (status === 412) return changedSinceListed
  if (status === 401 || status === 403) {
    return `access to the bucket ${bucket} is denied at ${where} (${name}: ${message})`
  }
  if (error instanceof NoS3Error || (status !== undefined && status < 300)) {
    const [why] = message.split('\n')
    return `${where} does not answer as S3 does (${why}): AWS_ENDPOINT_URL_S3 must be the URL of an S3 server`
  }
  if (status === undefined) return `${where} cannot be reached (${code ?? name}: ${message})`
  return `${where} answered ${status} (${name}: ${message})`
}
