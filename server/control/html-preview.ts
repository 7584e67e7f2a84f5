import type { FastifyReply } from 'fastify'
import { Flag } from '../model/common.ts'

/** A query parameter of calls that answer HTML. */
export const Remote = Flag('Whether it may fetch images, styles and fonts')

/**
 * What a browser may do with the HTML of an e-mail, which anybody may have written: show it. It is
 * in an origin of its own, so it reads nothing of the emulator; it runs no scripts, sends no forms
 * and fetches nothing. Its links may open new tabs.
 *
 * @param remote whether it may fetch images, styles and fonts
 */
const policy = (remote: boolean): string => {
  const from = remote ? 'https: http: data:' : 'data:'
  return [
    'sandbox allow-popups allow-popups-to-escape-sandbox',
    "default-src 'none'",
    `img-src ${from}`,
    `font-src ${from}`,
    `style-src 'unsafe-inline'${remote ? ' https: http:' : ''}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'self'",
  ].join('; ')
}

/** What may stand before the first element: a doctype counts only there. */
const prolog = /^(?:\s|<!--[\s\S]*?-->|<!doctype[^>]*>|<\?[^>]*>)*/i

/** Characters of the HTML in which the prolog is looked for. */
const maxProlog = 4096

/**
 * Makes links open in a new tab, unless they say otherwise: the frame of the web console may show
 * nothing but the e-mail itself.
 */
function withLinksInNewTabs(html: string): string {
  const { length } = prolog.exec(html.slice(0, maxProlog))![0]
  return `${html.slice(0, length)}<base target="_blank">${html.slice(length)}`
}

/**
 * Answers the HTML of an e-mail with headers that make it safe to look at. Its links open in new
 * tabs; else it is as it was sent.
 *
 * @param remote whether it may fetch images, styles and fonts
 */
export const sendHtml = (reply: FastifyReply, html: string, remote: boolean): FastifyReply =>
  reply
    .header('content-security-policy', policy(remote))
    .header('x-content-type-options', 'nosniff')
    .header('referrer-policy', 'no-referrer')
    .header('cache-control', 'no-store')
    .type('text/html; charset=utf-8')
    .send(withLinksInNewTabs(html))
