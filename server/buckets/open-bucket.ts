import { statSync } from 'node:fs'
import { join } from 'node:path'
import { type Bucket, type Drafts, UnreadableError, UnwritableError, type WritableBucket } from './bucket.ts'
import { openFolder } from './folder-bucket.ts'
import { draftsInFolder } from './folder-drafts.ts'
import { createS3, type S3Settings } from './s3-bucket.ts'
import { uploadsBucket } from './uploads.ts'

/** Where buckets are looked for. */
export interface BucketSettings {
  /** A folder whose sub-folders are buckets. */
  s3Dir: string | undefined
  /** Undefined when no S3 is configured: then only folders are read. */
  s3: S3Settings | undefined
  /** The folder of the objects that were uploaded, which need not exist. */
  uploads?: string
}

/** Finds a bucket; throws UnreadableError when there is nowhere to look for it. */
export type OpenBucket = (bucket: string) => WritableBucket

/** Buckets of either kind. */
export interface Buckets {
  openBucket: OpenBucket
  /** Ends the connections to S3. */
  close(): Promise<void>
}

/**
 * Finds buckets: that of uploads in its own folder, one that is a folder under S3_DIR there, and any
 * other at the S3 endpoint (contract).
 */
export function createBuckets({ s3Dir, s3, uploads }: BucketSettings): Buckets {
  const remote = s3 && createS3(s3)
  const openBucket = (bucket: string): WritableBucket => {
    if (bucket === uploadsBucket) {
      const isThere = uploads !== undefined && isFolder(uploads)
      return { ...(isThere ? openFolder(uploads) : noUploads), ...noDrafts }
    }
    const folder = s3Dir === undefined ? undefined : join(s3Dir, bucket)
    if (folder !== undefined && isFolder(folder)) return { ...openFolder(folder), ...draftsInFolder(folder) }
    if (remote !== undefined) return remote.openBucket(bucket)
    throw new UnreadableError(
      s3Dir === undefined
        ? `there is nowhere to look for the bucket ${bucket}: set S3_DIR or AWS_ENDPOINT_URL_S3`
        : `there is no folder ${bucket} under S3_DIR (${s3Dir}), and no S3 endpoint is set (AWS_ENDPOINT_URL_S3)`,
    )
  }
  return { openBucket, close: async () => remote?.close() }
}

const refuseRead = () => {
  throw new UnreadableError(
    `the bucket ${uploadsBucket} has no objects: PUT /_pinpoint/uploads/{name} puts them there, and a reset removes them`,
  )
}

/** The bucket of uploads before there are any. */
const noUploads: Bucket = { list: refuseRead, open: refuseRead }

const refuseDraft = async () => {
  throw new UnwritableError(`the bucket ${uploadsBucket} is for uploads, and takes no exports`)
}

/** The drafts of a bucket that cannot be written. */
const noDrafts: Drafts = {
  begin: refuseDraft,
  discardUnknown: async () => {},
  write: refuseDraft,
  publish: refuseDraft,
  discard: async () => {},
}

const isFolder = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
