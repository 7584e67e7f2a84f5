/** An object as a listing names it. */
export interface BucketObject {
  key: string
  /** Bytes as stored. */
  size: number
  /** Changes when the object's content does. */
  etag: string
  /**
   * Why the object cannot be read, where that is known already: to open it throws just this. With a key that
   * ends with a slash, it is a folder, and nothing below it is listed.
   */
  unreadable?: string
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

/**
 * How objects come into a bucket. An object in the making is a draft, named by a text that is to be kept,
 * so that it can be published or discarded whatever is stopped or killed in between. Nobody sees the
 * object, or a part of it, before it is published. A draft belongs to the kind of bucket in which it was
 * begun: another one refuses it.
 */
export interface Drafts {
  /**
   * Begins an object.
   *
   * @returns what names its draft
   * @throws UnwritableError when there can be no such object
   */
  begin(key: string, signal: AbortSignal): Promise<string>

  /**
   * Discards drafts of an object of which nobody knows the names: they were begun, and a kill came
   * before that was written down. To be called before the object is begun again. What cannot be found
   * is left, as nobody sees it.
   */
  discardUnknown(key: string, signal: AbortSignal): Promise<void>

  /**
   * Writes the content of an object that has been begun: all of it is kept by the bucket when this resolves.
   *
   * @returns what names its draft from now on
   * @throws UnwritableError; what `content` throws
   */
  write(key: string, draft: string, content: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<string>

  /**
   * Puts a written object in its place. To do so again does no harm.
   *
   * @throws DraftGoneError when neither the draft nor the object is there; another UnwritableError
   */
  publish(key: string, draft: string, signal: AbortSignal): Promise<void>

  /**
   * Removes an object, whatever has become of it: begun, written or published.
   *
   * @throws UnwritableError
   */
  discard(key: string, draft: string, signal: AbortSignal): Promise<void>
}

/** A bucket that can be written, too. */
export type WritableBucket = Bucket & Drafts

/** Why an object cannot be written: a sentence for the job's Failures. */
export class UnwritableError extends Error {}

/** Why a written object cannot be published: somebody has removed what was written. */
export class DraftGoneError extends UnwritableError {}

/** Why a bucket, an object or the rest of an object cannot be read: a sentence for the job's Failures. */
export class UnreadableError extends Error {
  /** Whether reading on from where it broke off may help. */
  readonly brokenOff: boolean
  /** The line of the object, from 1, that shows it, where one does. */
  readonly line: number | undefined

  constructor(
    reason: string,
    { brokenOff = false, line }: { brokenOff?: boolean; line?: number | undefined } = {},
  ) {
    super(reason)
    this.brokenOff = brokenOff
    this.line = line
  }
}

/** An answer that no S3 server gives: what answers at the endpoint is something else. */
export class NoS3Error extends Error {}

/** Said when an object is not the one any more that the job listed. */
export const changedSinceListed = 'the object has changed since the job listed it'
