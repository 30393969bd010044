import type { BlobStore } from '../../src/platform/blob-store'

/** Blobs in memory, for tests of what uses them. `held` shows them by key, as text. */
export function memoryBlobs(): { blobs: BlobStore; held(): Record<string, string> } {
  const kept = new Map<string, { bytes: Uint8Array; storedAt: string }>()
  const keys = (prefix: string, after: string) =>
    [...kept.keys()].filter((key) => key.startsWith(prefix) && key > after).sort()

  return {
    blobs: {
      put: async (key, bytes) =>
        void kept.set(key, { bytes: Uint8Array.from(bytes), storedAt: new Date().toISOString() }),
      get: async (key) => kept.get(key)?.bytes,
      list: async (prefix, limit, after = '') =>
        keys(prefix, after)
          .slice(0, limit)
          .map((key) => {
            const { bytes, storedAt } = kept.get(key)!
            return { key, bytes: bytes.length, storedAt }
          }),
      delete: async (key) => void kept.delete(key),
    },
    held: () =>
      Object.fromEntries(
        [...kept].map(([key, { bytes }]) => [key, new TextDecoder().decode(bytes)]),
      ),
  }
}
