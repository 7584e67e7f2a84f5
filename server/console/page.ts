/** The folder of the assets, below the path of the console. */
export const assetsFolder = 'assets'

/**
 * The headers of the console's page. Its scripts and styles are files of the emulator, and it talks
 * to the emulator alone. It shows what anybody may have sent, so no text can become a script: that
 * of e-mails is in frames whose answers have a policy of their own.
 */
export const pageHeaders = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "frame-src 'self'",
    "base-uri 'self'",
    "form-action 'none'",
    "frame-ancestors 'self'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  // By Referer, the emulator knows a request of its own page where a browser sends neither Origin
  // nor Sec-Fetch-Site; see http/doors/authorize-control.ts.
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
}

/** In the HTML of the page, the place of the path to the console's root. */
export const baseElement = '<base href="./">'

/**
 * Makes the HTML for one path of the console. It refers to everything by the relative path to the
 * console's root, so it works behind any prefix that a proxy adds, which the emulator cannot know.
 *
 * @param html the HTML with `baseElement`
 * @param depth how many folders below the console's root the path is
 */
export const pageAt = (html: string, depth: number): string =>
  html.replace(baseElement, `<base href="${'../'.repeat(depth) || './'}">`)
