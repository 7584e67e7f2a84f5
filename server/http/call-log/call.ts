/** A call, as it is known when it has been answered. */
export interface Call {
  /** Undefined where there is no such operation. */
  operation: string | undefined
  method: string
  /** With its query, in which secrets are cut out. */
  path: string
  status: number
  /** The exception's name, where it was answered with one. */
  exception: string | undefined
  milliseconds: number
  /** When it was answered, in milliseconds since 1970. */
  answeredAt: number
  requestId: string
}
