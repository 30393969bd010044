import { randomBytes } from 'node:crypto'
import type { Clock } from '../../platform/clock'
import { type DocumentStore, MAX_LIFETIME_MS } from '../../platform/document-store'
import { putAway } from '../put-away'
import { type Coming, keyOf, type Place } from './held'

// A round has so many frames and, unless it is one, so many bytes: it ends within seconds.
const MOST = 100
const MAX_BYTES = 1024 * 1024
const AT_ONCE = 8

/** Frames that came while another was dealt with: documents under their connection. */
export function createFrames({
  documents,
  clock,
}: {
  documents: Pick<DocumentStore, 'get' | 'put' | 'list'>
  clock: Clock
}) {
  const folderOf = (connectionId: string) => [...keyOf(connectionId), 'frames']
  const keyIn = (connectionId: string, name: string) => [...folderOf(connectionId), name]

  async function each<Result>(names: readonly string[], work: (name: string) => Promise<Result>) {
    const results: Result[] = []
    for (let from = 0; from < names.length; from += AT_ONCE) {
      const some = names.slice(from, from + AT_ONCE).map(work)
      results.push(...(await Promise.all(some)))
    }
    return results
  }

  return {
    async put({ tenantId, connectionId }: Place, coming: Exclude<Coming, { name: string }>) {
      const now = clock.now()
      const at = 'at' in coming ? coming.at : now.toISOString()
      // They are listed in the order in which they arrived, an end behind the frames before it.
      const name = `${at} ${'end' in coming ? 'end' : 'frame'} ${randomBytes(9).toString('base64url')}`
      const expiresAt = new Date(now.getTime() + MAX_LIFETIME_MS).toISOString()
      const bytes = Buffer.from(JSON.stringify(coming))
      const content = { bytes, contentType: 'application/json', expiresAt }
      await documents.put(tenantId, keyIn(connectionId, name), content)
    },

    /** Lists the first of them. @param done but these, which are dealt with */
    async list({ tenantId, connectionId }: Place, done: readonly string[] = []): Promise<string[]> {
      const folder = folderOf(connectionId)
      const { items } = await documents.list(tenantId, folder, { limit: MOST + done.length })
      const names: string[] = []
      let bytes = 0
      for (const { key, size } of items) {
        const name = key.at(-1)!
        if (done.includes(name)) continue
        bytes += size
        if (names.length === MOST || (names.length > 0 && bytes > MAX_BYTES)) break
        names.push(name)
      }
      return names
    },

    /** Reads frames. One that is there no more, since its learner was erased, is undefined. */
    async read({ tenantId, connectionId }: Place, names: readonly string[]) {
      const found = await each(names, (name) => documents.get(tenantId, keyIn(connectionId, name)))
      return found.map((one) => one && (JSON.parse(Buffer.from(one.bytes).toString()) as Coming))
    },

    async remove({ tenantId, connectionId }: Place, names: readonly string[]): Promise<void> {
      await each(names, (name) =>
        putAway({ documents, clock }, tenantId, keyIn(connectionId, name)),
      )
    },
  }
}
