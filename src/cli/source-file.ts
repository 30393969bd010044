import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, open, stat, unlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { createDecoding } from './charset'
import { nameOf } from './documents'
import { CommandError } from './failure'

// A chunk is large enough that reading costs little beside checking.
const CHUNK_BYTES = 1024 * 1024

// A pipe may bring more than memory has: what is longer waits in a file, to be read again.
const MAX_HELD = 16 * 1024 * 1024

/** A file that is read as often as needed, also where it came through a pipe. */
export interface SourceFile extends AsyncDisposable {
  /** Messages name it so. */
  name: string
  /** Its bytes, as they are stored. */
  size: number
  /**
   * Reads it from its beginning: unpacked where it is gzip, decoded by the charset that it has.
   * @param onBytes is told of each chunk how many bytes it had in the file
   */
  read(onBytes?: (bytes: number) => void): AsyncIterable<string>
  /** How it is packed and written, as far as it was read: `gzip`, `UTF-16`, `Latin-1`. */
  notes(): string[]
}

/** @param path `-` for standard input */
export async function openSource(path: string): Promise<SourceFile> {
  const name = nameOf(path)
  const { size, chunks, close } = await contentOf(path)
  let isGzip = false
  let charset: string | undefined

  async function* read(onBytes: (bytes: number) => void = () => {}): AsyncIterable<string> {
    const decoding = createDecoding(name)
    for await (const chunk of unpacked(counted(chunks(), onBytes))) {
      const text = decoding.write(chunk)
      charset = decoding.charset()
      if (text !== '') yield text
    }
    yield decoding.end()
    charset = decoding.charset()
  }

  async function* unpacked(bytes: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
    const [head, all] = await peek(bytes)
    // Gzip begins with these bytes (RFC 1952, 2.3.1).
    isGzip = head[0] === 0x1f && head[1] === 0x8b
    if (!isGzip) {
      yield* all
      return
    }
    try {
      yield* pipeline(Readable.from(all), createGunzip(), () => {})
    } catch (thrown) {
      if (!String((thrown as NodeJS.ErrnoException).code).startsWith('Z_')) throw thrown
      throw new CommandError(`${name} is not gzip to its end: ${(thrown as Error).message}`)
    }
  }

  return {
    name,
    size,
    read,
    notes: () => [isGzip ? 'gzip' : '', charset ?? ''].filter(Boolean),
    [Symbol.asyncDispose]: close,
  }
}

interface Content {
  size: number
  chunks(): AsyncIterable<Buffer>
  close(): Promise<void>
}

async function contentOf(path: string): Promise<Content> {
  if (path === '-') return held(process.stdin)
  const found = await stat(path)
  // A pipe that has a name, as `<(command)` makes one, can be read only once, too.
  if (!found.isFile() && !found.isDirectory()) return held(createReadStream(path))
  return inFile(await open(path), found.size)
}

function inFile(file: FileHandle, size: number): Content {
  async function* chunks(): AsyncIterable<Buffer> {
    for (let at = 0; ; ) {
      const buffer = Buffer.allocUnsafe(CHUNK_BYTES)
      const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES, at)
      if (bytesRead === 0) return
      at += bytesRead
      yield buffer.subarray(0, bytesRead)
    }
  }
  return { size, chunks, close: () => file.close() }
}

async function held(input: AsyncIterable<Buffer>): Promise<Content> {
  const parts: Buffer[] = []
  let size = 0
  let file: FileHandle | undefined
  for await (const chunk of input) {
    size += chunk.length
    parts.push(chunk)
    if (size <= MAX_HELD) continue
    file ??= await nameless()
    for (const part of parts.splice(0)) await file.writeFile(part)
  }
  if (file !== undefined) return inFile(file, size)
  return {
    size,
    async *chunks() {
      yield* parts
    },
    close: async () => {},
  }
}

/** Makes a file that nobody else can open, and that is gone when this process is. */
async function nameless(): Promise<FileHandle> {
  const path = join(tmpdir(), `nonius-${randomUUID()}`)
  const file = await open(path, 'wx+', 0o600)
  await unlink(path)
  return file
}

/** Returns the first chunk, and all of them, the first included. */
async function peek(chunks: AsyncIterable<Buffer>): Promise<[Buffer, AsyncIterable<Buffer>]> {
  const iterator = chunks[Symbol.asyncIterator]()
  const { value, done } = await iterator.next()
  const first: Buffer = done === true ? Buffer.alloc(0) : value
  async function* all() {
    try {
      yield first
      for (;;) {
        const next = await iterator.next()
        if (next.done === true) return
        yield next.value
      }
    } finally {
      await iterator.return?.()
    }
  }
  return [first, all()]
}

async function* counted(chunks: AsyncIterable<Buffer>, onBytes: (bytes: number) => void) {
  for await (const chunk of chunks) {
    onBytes(chunk.length)
    yield chunk
  }
}
