/** The location that an S3Url names: one object, or all objects whose keys have a prefix. */
export interface S3Location {
  bucket: string
  /** The key of an object, or a prefix; empty for the whole bucket. */
  key: string
}

/**
 * Reads `s3://bucket/key` or `s3://bucket/prefix`.
 *
 * @returns undefined for a text that is no such URL, or a bucket name that S3 does not allow
 */
export function readS3Url(text: string): S3Location | undefined {
  const [, bucket, key = ''] = text.match(/^s3:\/\/([^/]+)(?:\/(.*))?$/s) ?? []
  if (bucket === undefined || !isBucketName(bucket)) return undefined
  return { bucket, key }
}

/** S3's rules for bucket names. Without slashes and `..`, a name cannot lead out of S3_DIR. */
const isBucketName = (name: string) => /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !name.includes('..')
