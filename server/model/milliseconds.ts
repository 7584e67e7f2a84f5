/** Lengths of time, in milliseconds. */
export const second = 1000
export const minute = 60 * second
export const hour = 60 * minute
export const day = 24 * hour

/** The longest that a timer of Node can wait, in milliseconds. */
export const maxTimer = 2 ** 31 - 1
