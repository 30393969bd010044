import { describe, expect, it } from 'bun:test'
import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { StorageError } from '../../src/error/storage-error'
import { openBlobStore } from '../../src/platform/local/blob-store'
import { blobStoreContract } from '../contracts/blob-store.contract'
import { fill, hasSmallDisks, smallDisk } from '../support/crash/small-disk'
import { temporaryFolder } from '../support/folders'

function open() {
  const folder = temporaryFolder()
  const path = join(folder.path, 'blobs')
  return {
    path,
    blobs: openBlobStore(path),
    async [Symbol.asyncDispose]() {
      folder[Symbol.dispose]()
    },
  }
}

blobStoreContract('A folder', async () => open())

/** Everything that is below a folder, with its mode. */
function modesOf(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true }) as string[]
  return Object.fromEntries(
    names.sort().map((name) => [name, (statSync(join(folder, name)).mode & 0o777).toString(8)]),
  )
}

const bytes = Buffer.from('x')

describe('blobs in a folder', () => {
  it('are for their owner only, whatever the umask', async () => {
    await using opened = open()
    const before = process.umask(0)
    await opened.blobs.put('a/b', bytes).finally(() => process.umask(before))
    expect((statSync(opened.path).mode & 0o777).toString(8)).toBe('700')
    expect(modesOf(opened.path)).toEqual({ '.new': '700', a: '700', 'a/b.blob': '600' })
  })

  it('are made at the first put: a store that is only asked makes nothing', async () => {
    await using opened = open()
    const { blobs, path } = opened
    expect(await blobs.get('a')).toBeUndefined()
    expect(await blobs.list('', 10)).toEqual([])
    await blobs.delete('a')
    expect(() => statSync(path)).toThrow('ENOENT')
  })

  it('leave no folder behind whose name tells of somebody', async () => {
    await using opened = open()
    const { blobs, path } = opened
    await blobs.put('learners/zoe/essay', bytes)
    await blobs.put('learners/bo/essay', bytes)
    await blobs.delete('learners/zoe/essay')
    expect(Object.keys(modesOf(path))).toEqual([
      '.new',
      'learners',
      'learners/bo',
      'learners/bo/essay.blob',
    ])
    await blobs.delete('learners/bo/essay')
    expect(Object.keys(modesOf(path))).toEqual(['.new'])
  })

  it('that were half written when a process was killed are gone at the next start', async () => {
    await using opened = open()
    const { blobs, path } = opened
    await blobs.put('a', bytes)
    writeFileSync(join(path, '.new', 'half'), 'half of it')
    expect(await blobs.list('', 10)).toHaveLength(1)
    const again = openBlobStore(path)
    expect(Object.keys(modesOf(path))).toEqual(['a.blob'])
    await again.put('b', bytes)
    expect(await again.get('a')).toEqual(new Uint8Array(bytes))
  })

  it('are not confused with files of others', async () => {
    await using opened = open()
    const { blobs, path } = opened
    await blobs.put('a', bytes)
    for (const name of ['.DS_Store', 'B.blob', 'notes.txt']) writeFileSync(join(path, name), '')
    expect((await blobs.list('', 10)).map(({ key }) => key)).toEqual(['a'])
  })

  it('that are folders by somebody’s mistake are a storage error', async () => {
    await using opened = open()
    const { blobs, path } = opened
    mkdirSync(join(path, 'a.blob', 'x'), { recursive: true })
    const calls = [blobs.get('a'), blobs.put('a', bytes), blobs.delete('a')]
    for (const call of await Promise.allSettled(calls)) {
      expect(call).toMatchObject({ status: 'rejected', reason: { isRetriable: false } })
      expect((call as PromiseRejectedResult).reason).toBeInstanceOf(StorageError)
    }
  })

  it.skipIf(!hasSmallDisks())('stay what they were while the disk is full', async () => {
    using folder = temporaryFolder()
    using _disk = smallDisk(folder.path, 4)
    const path = join(folder.path, 'blobs')
    const blobs = openBlobStore(path)
    const before = randomBytes(300_000)
    await blobs.put('a', before)
    const filled = fill(folder.path)
    for (const key of ['a', 'b']) {
      const failure = await blobs.put(key, randomBytes(500_000)).catch((error: unknown) => error)
      expect(failure).toBeInstanceOf(StorageError)
      expect(failure).toHaveProperty('isRetriable', true)
    }
    // Nothing half made takes what room there is.
    expect(readdirSync(join(path, '.new'))).toEqual([])
    expect(await blobs.get('a')).toEqual(new Uint8Array(before))
    expect(await blobs.list('', 10)).toHaveLength(1)
    filled[Symbol.dispose]()
    await blobs.put('b', randomBytes(500_000))
    expect(await blobs.list('', 10)).toHaveLength(2)
  })
})
