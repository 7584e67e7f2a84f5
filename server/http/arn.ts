import { randomUUID } from 'node:crypto'
import type { Caller } from './caller.ts'

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

/**
 * Whether the text is the ARN of a Kinesis data stream or of a Firehose delivery stream (source: API reference), with a
 * name that those services allow.
 */
export const isStreamArn = (text: string): boolean =>
  /^arn:aws[a-z-]*:(kinesis:[a-z0-9-]+:\d{12}:stream\/[\w.-]{1,128}|firehose:[a-z0-9-]+:\d{12}:deliverystream\/[\w.-]{1,64})$/.test(
    text,
  )
