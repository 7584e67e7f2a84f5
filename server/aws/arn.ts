import { randomUUID } from 'node:crypto'
import type { Caller } from './credential-scope.ts'

/** A new resource id: 32 lower-case hexadecimal digits (source: observed). */
export const newId = (): string => randomUUID().replaceAll('-', '')

/**
 * The ARN of a Pinpoint resource (source: guide).
 *
 * @param path what follows the account: `apps/<application>`, `apps/<application>/segments/<segment>`, …
 */
export function arnOf({ region, accountId }: Caller, path: string): string {
  return `arn:${partitionOf(region)}:mobiletargeting:${region}:${accountId}:${path}`
}

function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn'
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws'
}

/** Whether the text is the ARN of an IAM role. The emulator has no IAM, so every well-formed one will do. */
export const isRoleArn = (text: string): boolean =>
  /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/.test(text)
