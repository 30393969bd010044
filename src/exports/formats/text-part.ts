import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { PartWriter, Row } from './format'

/** Compresses beside the thread that answers requests. */
export const gzipped = promisify(gzip) as (text: string) => Promise<Uint8Array>

/**
 * Makes parts of text. Each is a member of gzip, and members after each other are one file (RFC 1952, 2.2).
 * @param lineOf writes a row, its line break included
 */
export function textPart(lineOf: (row: Row) => string): PartWriter {
  const lines: string[] = []
  let size = 0
  return {
    add(row) {
      const line = lineOf(row)
      lines.push(line)
      size += line.length
    },
    get size() {
      return size
    },
    get rows() {
      return lines.length
    },
    write: async () => ({ bytes: await gzipped(lines.join('')) }),
  }
}
