import type { Exchange } from './exchange.ts'

/** A call that has been answered. */
export interface Call {
  /** Undefined for an unknown route. */
  operation: string | undefined
  method: string
  /** Path and query, with secrets cut out. */
  path: string
  status: number
  /** The name of the exception that was answered, if any. */
  exception: string | undefined
  milliseconds: number
  /** When it was answered, in milliseconds since 1970. */
  answeredAt: number
  requestId: string
  exchange: Exchange
}
