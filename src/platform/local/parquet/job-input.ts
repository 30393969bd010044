import { Database } from 'bun:sqlite'
import { closeSync, openSync, writeSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { isDamage } from '../database'
import { linesOf } from '../log/segment'
import { checksumOf } from '../log/segment-rows'
import type { Piece, SegmentSource } from './archive-job'

/** Bodies are read from segments, one at a time. */
export interface Bodies extends Disposable {
  size(source: SegmentSource): Promise<number>
  /** Reads a body. @returns undefined when it is damaged */
  read(source: SegmentSource): Promise<Uint8Array | undefined>
  /** Reads a body as it is, damaged or not. @returns undefined when not even that can be read */
  readAnyhow(source: SegmentSource): Promise<Uint8Array | undefined>
}

interface Content {
  body: Uint8Array
  contents: Uint8Array | null
  checksum: number | null
}

export function openBodies(): Bodies {
  const logs = new Map<string, Database>()

  function ask<Row>(file: string, what: string, first: number): Row {
    const db = logs.get(file) ?? new Database(file, { readonly: true })
    logs.set(file, db)
    const row = db.query<Row, [number]>(`SELECT ${what} FROM segments WHERE first = ?`).get(first)
    if (!row) throw new Error(`${file} has no segment at ${first}`)
    return row
  }

  function contentAt({ log, first }: { log: string; first: number }): Content | undefined {
    try {
      return ask<Content>(log, 'body, contents, checksum', first)
    } catch (error) {
      if (isDamage(error)) return undefined
      throw error
    }
  }

  return {
    async size(source) {
      if ('file' in source) return (await stat(source.file)).size
      return ask<{ size: number }>(source.log, 'length(body) AS size', source.first).size
    },
    async read(source) {
      if ('file' in source) return readFile(source.file)
      const found = contentAt(source)
      if (found === undefined || found.contents === null) return found?.body
      const { body, contents, checksum } = found
      return checksumOf(body, contents) === checksum ? body : undefined
    },
    async readAnyhow(source) {
      return 'file' in source ? readFile(source.file) : contentAt(source)?.body
    },
    [Symbol.dispose]() {
      for (const db of logs.values()) db.close()
    },
  }
}

/**
 * Writes the file that DuckDB reads: whole segments as they are, one after another, and parts
 * packed anew. Nobody else has work for this process meanwhile: to wait for each of some hundred writes of 30 KB
 * takes longer than to write them.
 */
export async function writeInput(path: string, pieces: readonly Piece[], bodies: Bodies) {
  const file = openSync(path, 'wx', 0o600)
  try {
    for (const piece of pieces) writeAll(file, await packed(piece, bodies))
  } finally {
    closeSync(file)
  }
}

async function packed(piece: Piece, bodies: Bodies): Promise<Uint8Array> {
  const body = await bodies.read(piece.source)
  if (body === undefined) throw new Error('a segment is damaged')
  if (piece.from === 0 && piece.to === piece.count) return body
  const lines = linesIn(body).slice(piece.from, piece.to)
  return Bun.zstdCompressSync(lines.map((line) => `${line}\n`).join(''), { level: 1 })
}

function linesIn(body: Uint8Array): string[] {
  return [...linesOf(Bun.zstdDecompressSync(body))]
}

/** Writes all bytes: a full disk may take a part only, and says so at the next call. */
function writeAll(file: number, bytes: Uint8Array) {
  for (let at = 0; at < bytes.length; ) {
    at += writeSync(file, bytes, at)
  }
}

/** Counts the records of pieces: of an event that was erased an empty line stands in the segment. */
export async function countRecords(pieces: readonly Piece[], bodies: Bodies): Promise<number> {
  let records = 0
  for (const { source, from, to } of pieces) {
    const body = await bodies.read(source)
    if (body === undefined) throw new Error('a segment is damaged')
    let at = 0
    for (const line of linesOf(Bun.zstdDecompressSync(body))) {
      if (at >= from && at < to && line !== '') records += 1
      at += 1
    }
  }
  return records
}

/** Looks for damage. @returns why a piece cannot be unpacked, if one cannot */
export async function findDamage(pieces: readonly Piece[], bodies: Bodies) {
  for (const [piece, { source, count }] of pieces.entries()) {
    const body = await bodies.read(source)
    if (body === undefined) return { piece, reason: 'the segment is damaged' }
    try {
      const lines = linesIn(body).length
      if (lines === count) continue
      return { piece, reason: `the segment holds ${lines} lines where ${count} belong` }
    } catch (error) {
      return { piece, reason: `the segment cannot be unpacked: ${(error as Error).message}` }
    }
  }
  return undefined
}
