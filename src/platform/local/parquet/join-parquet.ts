import { type FileHandle, open } from 'node:fs/promises'
import { fieldOf, readStruct, type Struct, type ThriftList, writeStruct } from './thrift'

// Names of fields are those of parquet.thrift of apache/parquet-format.
const FILE = { schema: 2, rows: 3, groups: 4 }
const GROUP = { columns: 1, offset: 5, ordinal: 7 }
const CHUNK = { offset: 2, meta: 3, offsetIndex: 4, columnIndex: 6 }
const META = { data: 9, index: 10, dictionary: 11, bloom: 14 }

const MAGIC = Buffer.from('PAR1')
// A footer ends with its length and the magic.
const TAIL = 8
// A copy moves so much at a time.
const PIECE = 1024 * 1024

/**
 * Joins Parquet files of one schema: their row groups stand in the new file byte by byte as they
 * were, with one footer for all. To read and write them would take a hundred times as long.
 * @throws {Error} when their schemas differ, or one is no Parquet
 */
export async function joinParquet(from: readonly string[], to: string, mode: number) {
  await using target = await open(to, 'wx', mode)
  await write(target, MAGIC)
  let at = MAGIC.length
  let whole: Struct | undefined
  for (const path of from) {
    await using source = await open(path, 'r')
    const { footer, end } = await footerOf(source, path)
    move(footer, at - MAGIC.length)
    if (whole === undefined) whole = footer
    else add(whole, footer, path)
    await copy(source, target, end)
    at += end - MAGIC.length
  }
  if (whole === undefined) throw new Error('there is nothing to join')
  const bytes = writeStruct(whole)
  const tail = Buffer.alloc(TAIL)
  tail.writeUInt32LE(bytes.length, 0)
  MAGIC.copy(tail, 4)
  await write(target, bytes)
  await write(target, tail)
  await target.chmod(mode)
  await target.sync()
}

/** Reads the schema of a file, as text that another of the same schema has as well. */
export async function schemaOfFile(path: string): Promise<string> {
  await using file = await open(path, 'r')
  const { footer } = await footerOf(file, path)
  return Buffer.from(schemaOf(footer)).toString('base64')
}

/** Reads from its footer how many rows a file has. */
export async function rowsOfFile(path: string): Promise<number> {
  await using file = await open(path, 'r')
  const { footer } = await footerOf(file, path)
  return Number(fieldOf(footer, FILE.rows))
}

async function footerOf(file: FileHandle, path: string) {
  const { size } = await file.stat()
  const tail = Buffer.alloc(TAIL)
  await read(file, tail, Math.max(0, size - TAIL))
  const length = tail.readUInt32LE(0)
  if (!tail.subarray(4).equals(MAGIC) || length + TAIL > size) {
    throw new Error(`${path} is no Parquet file`)
  }
  const end = size - TAIL - length
  const bytes = Buffer.alloc(length)
  await read(file, bytes, end)
  return { footer: readStruct(bytes), end }
}

/** Moves every place that a footer names by so many bytes. */
function move(footer: Struct, by: number) {
  for (const group of groupsOf(footer).items as Struct[]) {
    shift(group, [GROUP.offset], by)
    for (const chunk of (fieldOf(group, GROUP.columns) as ThriftList).items as Struct[]) {
      shift(chunk, [CHUNK.offset, CHUNK.offsetIndex, CHUNK.columnIndex], by)
      const meta = fieldOf(chunk, CHUNK.meta) as Struct
      shift(meta, [META.data, META.index, META.dictionary, META.bloom], by)
    }
  }
}

function shift({ fields }: Struct, ids: readonly number[], by: number) {
  for (const field of fields) {
    // Writers give 0 for a place that means nothing.
    if (ids.includes(field.id) && field.value !== 0n) {
      field.value = (field.value as bigint) + BigInt(by)
    }
  }
}

function add(whole: Struct, footer: Struct, path: string) {
  if (!isSame(schemaOf(whole), schemaOf(footer))) {
    throw new Error(`${path} has other columns than those before it`)
  }
  const groups = groupsOf(whole)
  for (const group of groupsOf(footer).items as Struct[]) {
    for (const field of group.fields) {
      if (field.id === GROUP.ordinal) field.value = BigInt(groups.items.length)
    }
    groups.items.push(group)
  }
  const rows = whole.fields.find(({ id }) => id === FILE.rows)!
  rows.value = (rows.value as bigint) + (fieldOf(footer, FILE.rows) as bigint)
}

const groupsOf = (footer: Struct) => fieldOf(footer, FILE.groups) as ThriftList

function schemaOf(footer: Struct): Uint8Array {
  return writeStruct({ fields: footer.fields.filter(({ id }) => id === FILE.schema) })
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0
}

async function copy(source: FileHandle, target: FileHandle, end: number) {
  const piece = Buffer.alloc(PIECE)
  for (let at = MAGIC.length; at < end; ) {
    const part = piece.subarray(0, Math.min(PIECE, end - at))
    await read(source, part, at)
    await write(target, part)
    at += part.length
  }
}

async function read(file: FileHandle, into: Uint8Array, from: number) {
  for (let at = 0; at < into.length; ) {
    const { bytesRead } = await file.read(into, at, into.length - at, from + at)
    if (bytesRead === 0) throw new Error('a file ended in the middle')
    at += bytesRead
  }
}

/** Writes all bytes: a full disk may take a part only, and says so at the next call. */
async function write(file: FileHandle, bytes: Uint8Array) {
  for (let at = 0; at < bytes.length; ) {
    at += (await file.write(bytes, at)).bytesWritten
  }
}
