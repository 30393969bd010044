import type { BlobStore } from '../../src/platform/blob-store'

/** A store of blobs in memory, to look into. */
export function memoryBlobs(): BlobStore & { held: Map<string, Uint8Array> } {
  const held = new Map<string, Uint8Array>()
  return {
    held,
    put: async (key, bytes) => void held.set(key, bytes),
    get: async (key) => held.get(key),
    async list(prefix, limit, after = '') {
      const keys = [...held.keys()].filter((key) => key.startsWith(prefix) && key > after).sort()
      const storedAt = '2026-11-21T09:30:00.000Z'
      return keys.slice(0, limit).map((key) => ({ key, bytes: held.get(key)!.length, storedAt }))
    },
    delete: async (key) => void held.delete(key),
  }
}
