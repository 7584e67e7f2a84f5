/** What an S3Url names: one object, or all objects whose keys begin so. */
export interface S3Location {
  bucket: string
  /** An object's key or a prefix; empty for the whole bucket. */
  key: string
}

/**
 * Reads `s3://bucket/key` or `s3://bucket/prefix`.
 *
 * @returns undefined when the text is no such URL or the bucket's name is not one that S3 allows
 */
export function readS3Url(text: string): S3Location | undefined {
  const [, bucket, key = ''] = text.match(/^s3:\/\/([^/]+)(?:\/(.*))?$/s) ?? []
  if (bucket === undefined || !isBucketName(bucket)) return undefined
  return { bucket, key }
}

/** S3's rules for the names of buckets; as none can hold a slash or two dots, a name never leaves S3_DIR. */
const isBucketName = (name: string) => /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !name.includes('..')
