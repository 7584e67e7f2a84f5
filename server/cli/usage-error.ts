/** Why a command cannot be carried out as it was typed: a sentence for the one who typed it, printed without a stack. */
export class UsageError extends Error {}
