import { extname } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

/** Content codings of HTTP that assets are sent in, the best first. */
const codings = ['br', 'gzip'] as const
type Coding = (typeof codings)[number]

const types: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** A file that the page of the console loads. Its name has the hash of its content. */
export class Asset {
  /** The media type. */
  readonly type: string
  readonly content: Uint8Array
  readonly #encoded = new Map<Coding, Uint8Array>()

  /**
   * @param name its name tells the type
   * @param brotli the content as brotli, where the build has compressed it
   * @throws Error if the type is not known
   */
  constructor(name: string, content: Uint8Array, brotli?: Uint8Array) {
    const type = types[extname(name)]
    if (type === undefined) throw new Error(`the console has no files of this type: ${name}`)
    this.type = type
    this.content = content
    if (brotli !== undefined) this.#encoded.set('br', brotli)
  }

  /**
   * Encodes the content as a client accepts it. What is compressed is kept.
   *
   * @param accepted the request's header Accept-Encoding
   * @returns the body of the answer and its Content-Encoding, which is undefined for none
   */
  encode(accepted: string | undefined): { coding: Coding | undefined; body: Uint8Array } {
    const coding = chooseCoding(accepted)
    if (coding === undefined) return { coding, body: this.content }
    const body = this.#encoded.get(coding) ?? compress[coding](this.content)
    this.#encoded.set(coding, body)
    return { coding, body }
  }
}

const compress: Record<Coding, (content: Uint8Array) => Uint8Array> = {
  // The build takes the highest quality, which would take a fifth of a second here.
  br: content => brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }),
  gzip: content => gzipSync(content, { level: 9 }),
}

function chooseCoding(accepted = ''): Coding | undefined {
  const wanted = accepted
    .toLowerCase()
    .split(',')
    .map(item => item.trim())
    // A weight of 0 means "not acceptable".
    .filter(item => !/;\s*q=0(\.0*)?$/.test(item))
    .map(item => item.split(';')[0]!.trim())
  return codings.find(coding => wanted.includes(coding))
}
