import { signal } from '@preact/signals'

const key = 'pinpoint-local.token'

/** The control token that was typed in this tab. It is gone when the tab is closed. */
export const token = signal(stored(() => sessionStorage.getItem(key)) ?? undefined)

/** Whether the console asks for the token now. */
export const tokenAsked = signal(false)

let wasAsked = false

/**
 * Asks for the token, the first time that it is called: a reader who closes the dialog is not asked
 * again by each call that is refused.
 */
export function askForToken(): void {
  if (!wasAsked) tokenAsked.value = true
  wasAsked = true
}

/** Keeps the token for this tab. */
export function keepToken(value: string): void {
  stored(() => sessionStorage.setItem(key, value))
  token.value = value
}

/** Forgets a token that was refused. */
export function forgetToken(): void {
  stored(() => sessionStorage.removeItem(key))
  token.value = undefined
}

/** A browser may refuse to store anything; the token then holds for this page only. */
function stored<T>(access: () => T): T | undefined {
  try {
    return access()
  } catch {
    return undefined
  }
}
