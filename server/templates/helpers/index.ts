import { conditions } from './conditions.ts'
import { dates } from './dates.ts'
import { encodings } from './encodings.ts'
import type { Helper } from './helper.ts'
import { numbers } from './numbers.ts'
import { strings } from './strings.ts'

/**
 * The 44 helpers that Pinpoint documents (source: guide), and `unless`, `with` and `lookup`, which
 * every Handlebars has built in (assumed). There are no others.
 */
export const helpers: ReadonlyMap<string, Helper> = new Map<string, Helper>(
  Object.entries({
    each: { kind: 'loop', usage: '#each list', takes: [1, 1] },
    with: { kind: 'scope', usage: '#with map', takes: [1, 1] },
    lookup: { kind: 'lookup', usage: 'lookup map "name"', takes: [2, 2] },
    ...conditions,
    ...strings,
    ...dates,
    ...numbers,
    ...encodings,
  }),
)
