/**
 * The texts of a record in the outbox that may have megabytes, and are often the same
 * in all messages of a call.
 */
export const contentMembers = ['subject', 'body', 'text', 'html', 'raw'] as const
