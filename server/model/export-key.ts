import { readS3Url } from './s3-url.ts'

/**
 * What the object of a piece of an export is called (assumed).
 *
 * @param prefix the job's S3UrlPrefix
 */
export function exportKey(prefix: string, jobId: string, piece: number): string {
  const { key } = readS3Url(prefix)!
  const folder = key === '' || key.endsWith('/') ? key : `${key}/`
  return `${folder}${jobId}-${String(piece).padStart(5, '0')}.gz`
}
