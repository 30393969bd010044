import { Readable, type Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import zlib from 'node:zlib'
import { AppError } from '../error/app-error'
import { type Compression, hasZlibHeader } from './unpack'

const makers: Record<Compression, (first: Uint8Array) => Transform> = {
  gzip: () => zlib.createGunzip(),
  deflate: (first) => (hasZlibHeader(first) ? zlib.createInflate() : zlib.createInflateRaw()),
  br: () => zlib.createBrotliDecompress(),
  zstd: () => zlib.createZstdDecompress(),
}

/**
 * Decompresses bytes as they come: what is not asked for yet is not decompressed, but for some
 * kilobytes.
 * @throws {AppError} `invalid_encoding`; whatever the chunks throw
 */
export async function* inflating(
  chunks: AsyncIterable<Uint8Array>,
  encoding: Compression,
): AsyncGenerator<Uint8Array, void, undefined> {
  const source = chunks[Symbol.asyncIterator]()
  const first = await source.next()
  if (first.done) return
  const inflate = makers[encoding](first.value)
  async function* all() {
    yield first.value as Uint8Array
    for (;;) {
      const { done, value } = await source.next()
      if (done) return
      yield value
    }
  }
  // Its failure is told by what reads from it.
  const piped = pipeline(Readable.from(all(), { highWaterMark: 1 }), inflate)
  piped.catch(() => {})
  try {
    for await (const chunk of inflate) yield chunk as Uint8Array
    await piped
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    const reason = (cause as Error).message
    throw new AppError('invalid_encoding', `The body is not ${encoding}: ${reason}.`, { cause })
  } finally {
    inflate.destroy()
  }
}
