import { readS3Url } from './s3-url.ts'

/**
 * The key of the object of one piece of an export (assumed).
 *
 * @param prefix the job's S3UrlPrefix
 */
export function exportKey(prefix: string, jobId: string, piece: number): string {
  const { key } = readS3Url(prefix)!
  const folder = key === '' || key.endsWith('/') ? key : `${key}/`
  return `${folder}${jobId}-${String(piece).padStart(5, '0')}.gz`
}
