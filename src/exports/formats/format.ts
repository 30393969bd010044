import type { ExportFormat } from '../export'
import type { ExportField } from '../fields'
import { csvFormat } from './csv'
import { linesFormat } from './lines'
import { parquetFormat } from './parquet'

/** A row has a value for each field, as JSON has it; undefined where there is none. */
export type Row = readonly unknown[]

/** A part stands in memory until it is written. */
export interface PartWriter {
  add(row: Row): void
  /** About how many bytes the part has so far, before it is compressed. */
  readonly size: number
  readonly rows: number
  /** Writes the part. @returns what it adds to the end of the file, if it does */
  write(): Promise<{ bytes: Uint8Array; note?: string | undefined }>
}

/** Files are made of parts that follow each other, each made without the others. */
export interface Format {
  contentType: string
  /** The name of the file ends so. */
  ending: string
  /** The file begins with this. */
  begin(fields: readonly ExportField[]): Promise<Uint8Array | undefined>
  part(fields: readonly ExportField[]): PartWriter
  /**
   * The file ends with this.
   * @param parts notes of the parts, and where each begins in the file
   */
  end(
    fields: readonly ExportField[],
    parts: AsyncIterable<{ note: string; offset: number }>,
  ): Promise<Uint8Array | undefined>
}

export const formats: Readonly<Record<ExportFormat, Format>> = {
  jsonl: linesFormat,
  csv: csvFormat,
  parquet: parquetFormat,
}
