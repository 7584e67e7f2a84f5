/** An object as a listing names it. */
export interface BucketObject {
  key: string
  /** Bytes as stored. */
  size: number
  /** Changes when the object's content does. */
  etag: string
}

/** A bucket that can be read. */
export interface Bucket {
  /**
   * The objects whose keys begin with the prefix, in the order of their keys' UTF-8 bytes, as S3 lists them.
   *
   * @throws UnreadableError when the bucket cannot be listed
   */
  list(prefix: string, signal: AbortSignal): AsyncIterable<BucketObject>

  /**
   * The bytes of an object from `from` on, as they come.
   *
   * @throws UnreadableError when the object is gone, changed since it was listed, or cannot be read
   */
  open(object: BucketObject, from: number, signal: AbortSignal): AsyncIterable<Uint8Array>
}

/** Why a bucket, an object or the rest of an object cannot be read: a sentence for the job's Failures. */
export class UnreadableError extends Error {
  /** Whether reading on from where it broke off may help. */
  readonly brokenOff: boolean

  constructor(reason: string, { brokenOff = false } = {}) {
    super(reason)
    this.brokenOff = brokenOff
  }
}

/** Said when an object is not the one any more that the job listed. */
export const changedSinceListed = 'the object has changed since the job listed it'
