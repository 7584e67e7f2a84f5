import { signal } from '@preact/signals'

const key = 'pinpoint-local.token'

/** The control token that was typed in this tab. It is gone when the tab is closed. */
export const token = signal(sessionStorage.getItem(key) ?? undefined)

/** Whether the emulator has refused a call for want of a token: the console then asks for it. */
export const tokenAsked = signal(false)

/** Keeps the token for this tab. */
export function keepToken(value: string): void {
  sessionStorage.setItem(key, value)
  token.value = value
}

/** Forgets a token that was refused. */
export function forgetToken(): void {
  sessionStorage.removeItem(key)
  token.value = undefined
}
