import type { BlobStore } from '../platform/blob-store'
import type { ExportJob, Whose } from './export'

/** Files of exports stand under this; a rule of the bucket deletes what is left of them. */
export const EXPORT_BLOBS = 'exports/'

const PAGE = 1000

/** Parts of a file follow each other in it as they are stored. */
export interface Parts {
  /** Puts the next part, over one that a process left which died. @param note for the end of the file */
  add(job: ExportJob, bytes: Uint8Array, note?: string): Promise<void>
  keyOf(whose: Whose, place: number): string
  /** Reads the notes of the parts, and where each begins. */
  notes(job: ExportJob): AsyncGenerator<{ note: string; offset: number }>
  /** Reads the file from a byte on, part by part. @throws {StorageError} {Error} when a part is gone */
  read(job: ExportJob, from?: number): AsyncGenerator<Uint8Array>
  removeAll(whose: Whose): Promise<void>
}

export function createParts({ blobs }: { blobs: BlobStore }): Parts {
  const folderOf = ({ tenantId, exportId }: Whose) => `${EXPORT_BLOBS}${tenantId}/${exportId}/`
  const placeOf = (place: number) => String(place).padStart(6, '0')
  const keyOf = (whose: Whose, place: number) => `${folderOf(whose)}parts/${placeOf(place)}`
  const noteOf = (whose: Whose, place: number) => `${folderOf(whose)}notes/${placeOf(place)}`

  return {
    keyOf,

    async add(job, bytes, note) {
      const place = job.parts.length
      await blobs.put(keyOf(job, place), bytes)
      if (note !== undefined) await blobs.put(noteOf(job, place), Buffer.from(note))
      job.parts.push(bytes.length)
    },

    async *notes(job) {
      let offset = 0
      for (const [place, bytes] of job.parts.entries()) {
        const note = await blobs.get(noteOf(job, place))
        // The beginning of a file is a part without one.
        if (note !== undefined) yield { note: Buffer.from(note).toString(), offset }
        offset += bytes
      }
    },

    async *read(job, from = 0) {
      let offset = 0
      for (const [place, length] of job.parts.entries()) {
        offset += length
        if (offset <= from) continue
        const bytes = await blobs.get(keyOf(job, place))
        if (bytes === undefined) throw new Error(`part ${place} of an export is missing`)
        yield bytes.subarray(Math.max(0, from - (offset - length)))
      }
    },

    async removeAll(whose) {
      for (;;) {
        const page = await blobs.list(folderOf(whose), PAGE)
        for (const { key } of page) await blobs.delete(key)
        if (page.length < PAGE) return
      }
    },
  }
}
