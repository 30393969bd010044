import { promisify } from 'node:util'
import zlib from 'node:zlib'
import type { ExportField } from '../fields'
import type { Format, PartWriter } from './format'
import { plainPage } from './parquet-page'
import { type ThriftWriter, thriftWriter } from './thrift'

/*
 * Parquet, written a row group at a time (https://parquet.apache.org/docs/file-format/): one page a column, values as
 * they are, compressed by Zstandard. A part of a file is a row group, and its note is what the footer says of it.
 */

// Node 20, which loads this and never comes here, has no such function.
const compress = (bytes: Uint8Array): Promise<Uint8Array> => promisify(zlib.zstdCompress)(bytes)

const MAGIC = 'PAR1'
const CREATED_BY = 'nonius'

// Numbers of parquet.thrift.
const BOOLEAN = 0
const INT64 = 2
const DOUBLE = 5
const BYTE_ARRAY = 6
const OPTIONAL = 1
const UTF8 = 0
const TIMESTAMP_MILLIS = 9
const PLAIN = 0
const RLE = 3
const ZSTD = 6
const DATA_PAGE = 0

export const physicalTypes = {
  ...{ string: BYTE_ARRAY, strings: BYTE_ARRAY, timestamp: INT64 },
  ...{ bigint: INT64, double: DOUBLE, boolean: BOOLEAN },
} as const satisfies Record<ExportField['type'], number>

/** A footer says so much of a row group: of each column, how many bytes it has, and how many nulls. */
interface Note {
  rows: number
  columns: [plain: number, stored: number, nulls: number][]
}

export const parquetFormat: Format = {
  contentType: 'application/vnd.apache.parquet',
  ending: 'parquet',
  begin: async () => Buffer.from(MAGIC),
  part: rowGroup,

  async end(fields, parts) {
    const groups: (Note & { offset: number })[] = []
    for await (const { note, offset } of parts) {
      groups.push({ ...(JSON.parse(note) as Note), offset })
    }
    const footer = footerOf(fields, groups)
    const length = Buffer.alloc(4)
    length.writeUInt32LE(footer.length)
    return Buffer.concat([footer, length, Buffer.from(MAGIC)])
  },
}

function rowGroup(fields: readonly ExportField[]): PartWriter {
  const columns: unknown[][] = fields.map(() => [])
  let rows = 0
  let size = 0
  return {
    add(row) {
      rows += 1
      for (const [at, column] of columns.entries()) {
        const value = row[at]
        column.push(value)
        size += typeof value === 'string' ? value.length : 1
      }
    },
    get size() {
      return size
    },
    get rows() {
      return rows
    },
    async write() {
      const pieces: Uint8Array[] = []
      const note: Note = { rows, columns: [] }
      for (const [at, field] of fields.entries()) {
        const { bytes, nulls } = plainPage(field.type, columns[at]!)
        // The texts are not needed any more, and the next column takes its room.
        columns[at] = []
        const stored = await compress(bytes)
        const header = pageHeader(rows, bytes.length, stored.length)
        pieces.push(header, stored)
        note.columns.push([header.length + bytes.length, header.length + stored.length, nulls])
      }
      return { bytes: Buffer.concat(pieces), note: JSON.stringify(note) }
    },
  }
}

function pageHeader(rows: number, plain: number, stored: number): Uint8Array {
  const thrift = thriftWriter()
  thrift.i32(1, DATA_PAGE)
  thrift.i32(2, plain)
  thrift.i32(3, stored)
  thrift.struct(5, () => {
    thrift.i32(1, rows)
    thrift.i32(2, PLAIN)
    thrift.i32(3, RLE)
    thrift.i32(4, RLE)
  })
  return thrift.end()
}

function footerOf(
  fields: readonly ExportField[],
  groups: readonly (Note & { offset: number })[],
): Uint8Array {
  const thrift = thriftWriter()
  thrift.i32(1, 1)
  thrift.structs(2, fields.length + 1, (at) => {
    if (at > 0) return schemaOf(thrift, fields[at - 1]!)
    thrift.text(4, 'events')
    thrift.i32(5, fields.length)
  })
  thrift.i64(
    3,
    groups.reduce((sum, { rows }) => sum + rows, 0),
  )
  thrift.structs(4, groups.length, (at) => groupOf(thrift, fields, groups[at]!))
  thrift.text(6, CREATED_BY)
  return thrift.end()
}

/** A dot in the name of a column means a struct to many readers. */
function columnName(field: string): string {
  return field.replace('.', '_')
}

function schemaOf(thrift: ThriftWriter, { name, type }: ExportField) {
  thrift.i32(1, physicalTypes[type])
  thrift.i32(3, OPTIONAL)
  thrift.text(4, columnName(name))
  if (type === 'string' || type === 'strings') {
    thrift.i32(6, UTF8)
    thrift.struct(10, () => thrift.struct(1, () => {}))
  }
  if (type === 'timestamp') {
    thrift.i32(6, TIMESTAMP_MILLIS)
    thrift.struct(10, () =>
      thrift.struct(8, () => {
        thrift.bool(1, true)
        thrift.struct(2, () => thrift.struct(1, () => {}))
      }),
    )
  }
}

function groupOf(
  thrift: ThriftWriter,
  fields: readonly ExportField[],
  { offset, rows, columns }: Note & { offset: number },
) {
  let at = offset
  thrift.structs(1, columns.length, (column) => {
    const [plain, stored, nulls] = columns[column]!
    const { name, type } = fields[column]!
    const begins = at
    at += stored
    thrift.i64(2, begins)
    thrift.struct(3, () => {
      thrift.i32(1, physicalTypes[type])
      thrift.i32s(2, [PLAIN, RLE])
      thrift.texts(3, [columnName(name)])
      thrift.i32(4, ZSTD)
      thrift.i64(5, rows)
      thrift.i64(6, plain)
      thrift.i64(7, stored)
      thrift.i64(9, begins)
      thrift.struct(12, () => thrift.i64(3, nulls))
    })
  })
  thrift.i64(
    2,
    columns.reduce((sum, [plain]) => sum + plain, 0),
  )
  thrift.i64(3, rows)
}
