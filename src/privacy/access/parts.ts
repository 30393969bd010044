import { promisify } from 'node:util'
import { deflateRaw, inflateRaw } from 'node:zlib'
import type { BlobStore } from '../../platform/blob-store'
import type { SecretBox } from '../../platform/secret-box'
import type { AccessFile, AccessRequest, Whose } from './request'

/** Files of requests stand under this; a rule of the bucket deletes what is left of them. */
export const ACCESS_BLOBS = 'access/'

const compress = promisify(deflateRaw)
const expand = promisify(inflateRaw)
const PAGE = 1000

/** Parts of files are stored compressed and sealed: nobody reads them in the store. */
export interface Parts {
  /** Puts lines as the next part of a file, over one that a process left which died. */
  add(request: AccessRequest, file: AccessFile, lines: readonly string[]): Promise<void>
  /** Reads the lines of a file, part by part. */
  read(request: AccessRequest, file: AccessFile, from?: number, to?: number): AsyncGenerator<string>
  removeAll(whose: Whose): Promise<void>
}

export function createParts(needs: { blobs: BlobStore; box(): Promise<SecretBox> }): Parts {
  const { blobs, box } = needs
  const folderOf = ({ tenantId, accessId }: Whose) => `${ACCESS_BLOBS}${tenantId}/${accessId}/`
  const keyOf = (whose: Whose, file: AccessFile, place: number) =>
    `${folderOf(whose)}${file}/${String(place).padStart(6, '0')}`

  return {
    async add(request, file, lines) {
      if (lines.length === 0) return
      const key = keyOf(request, file, request.parts[file].length)
      const bytes = await compress(Buffer.from(lines.map((line) => `${line}\n`).join('')))
      await blobs.put(key, (await box()).seal(bytes, key))
      request.parts[file].push(bytes.length)
      request.found[file] += lines.length
    },

    async *read(request, file, from = 0, to = request.parts[file].length) {
      for (let place = from; place < to; place += 1) {
        const key = keyOf(request, file, place)
        const sealed = await blobs.get(key)
        if (sealed === undefined) throw new Error(`part ${place} of ${file} is missing`)
        yield (await expand((await box()).openBytes(sealed, key))).toString()
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
