import { randomUUID } from 'node:crypto'

/** Pinpoint's name in ARNs and signatures (source: model). */
export const signingName = 'mobiletargeting'

/** The account and region that a resource is in: those that a request's signature names. */
export interface Caller {
  region: string
  /** 12 digits. */
  accountId: string
}

/** A new resource id: 32 lower-case hexadecimal digits (source: observed). */
export const newId = (): string => randomUUID().replaceAll('-', '')

/**
 * The kinds of resources that have an ARN and can have tags, each with what follows the account in
 * its ARN: `*` stands for an id or a name (source: guide).
 */
const resourcePaths = {
  application: 'apps/*',
  campaign: 'apps/*/campaigns/*',
  segment: 'apps/*/segments/*',
  template: 'templates/*/*',
  journey: 'apps/*/journeys/*',
} as const

export type ResourceKind = keyof typeof resourcePaths

/** What an ARN of Pinpoint says. */
export interface ResourceName extends Caller {
  /** Undefined where the ARN is that of no kind of resource. */
  kind: ResourceKind | undefined
  /** What stands for the `*` of the kind, in their order. */
  ids: string[]
}

/**
 * The ARN of a resource.
 *
 * @param ids what stands for each `*` of the kind: of a template, its name and its type; of what is in
 *   an application, the application's id and its own
 */
export function arnOf({ region, accountId }: Caller, kind: ResourceKind, ...ids: string[]): string {
  const path = resourcePaths[kind].replace(/\*/g, () => ids.shift()!)
  return `arn:${partitionOf(region)}:${signingName}:${region}:${accountId}:${path}`
}

/**
 * Reads an ARN.
 *
 * @returns undefined for a text that is not an ARN of Pinpoint, in any account and region
 */
export function readArn(arn: string): ResourceName | undefined {
  const parts = arn.match(/^arn:aws[a-z-]*:mobiletargeting:([a-z0-9-]+):(\d{12}):(.+)$/s)
  if (parts === null) return undefined
  const [, region, accountId, path] = parts as unknown as [string, string, string, string]
  for (const kind of Object.keys(resourcePaths) as ResourceKind[]) {
    const ids = path.match(new RegExp(`^${resourcePaths[kind].replaceAll('*', '([^/]+)')}$`))
    if (ids !== null) return { region, accountId, kind, ids: ids.slice(1) }
  }
  return { region, accountId, kind: undefined, ids: [] }
}

function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn'
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws'
}

/**
 * Whether a text is the ARN of an IAM role. The emulator has no IAM and accepts every well-formed
 * one.
 */
export const isRoleArn = (text: string): boolean =>
  /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/.test(text)

/**
 * Whether a text is the ARN of a Kinesis data stream or a Firehose delivery stream (source: API
 * reference), with a name that those services allow.
 */
export const isStreamArn = (text: string): boolean =>
  /^arn:aws[a-z-]*:(kinesis:[a-z0-9-]+:\d{12}:stream\/[\w.-]{1,128}|firehose:[a-z0-9-]+:\d{12}:deliverystream\/[\w.-]{1,64})$/.test(
    text,
  )
