import { describe, expect, it } from 'bun:test'
import { chmodSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock as clock } from '../../src/platform/clock'
import { openLocalPlatform } from '../../src/platform/local'
import { aLog, aRecord } from '../support/deliveries'
import { temporaryFolder } from '../support/folders'

const PRIVATE = ['nonius.db', 'lock.db', 'secret.key']

/** Every file and folder that has to be private, by its mode. */
function modesOf(dataDir: string): Record<string, string> {
  const hot = readdirSync(join(dataDir, 'hot')).map((name) => `hot/${name}`)
  const own = readdirSync(dataDir).filter((name) => PRIVATE.some((one) => name.startsWith(one)))
  const paths = ['hot', ...hot, ...own]
  return Object.fromEntries(paths.map((path) => [path, modeOf(join(dataDir, path))]))
}

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8)

function expectPrivate(modes: Record<string, string>) {
  const { hot, ...files } = modes
  expect(hot).toBe('700')
  expect(Object.keys(files).length).toBeGreaterThanOrEqual(5)
  expect(files).toEqual(Object.fromEntries(Object.keys(files).map((file) => [file, '600'])))
}

/** Runs as a person's shell does, in which others may read what is made. */
async function withUmask<T>(umask: number, work: () => Promise<T>): Promise<T> {
  const before = process.umask(umask)
  try {
    return await work()
  } finally {
    process.umask(before)
  }
}

async function opened(dataDir: string) {
  const { log, lines } = aLog()
  const platform = await openLocalPlatform({ dataDir, clock, log })
  await platform.events.append([aRecord()])
  return { lines, modes: modesOf(dataDir), [Symbol.asyncDispose]: platform[Symbol.asyncDispose] }
}

describe('keys and the hot store', () => {
  for (const umask of [0o022, 0o000]) {
    it(`are for their owner only in a folder that others made, umask ${umask.toString(8)}`, () =>
      withUmask(umask, async () => {
        using folder = temporaryFolder()
        chmodSync(folder.path, 0o755)
        {
          await using first = await opened(folder.path)
          expectPrivate(first.modes)
          expect(Object.keys(first.modes)).toContain('nonius.db-wal')
          expect(Object.keys(first.modes).filter((name) => name.endsWith('-wal'))).toHaveLength(2)
        }
        expectPrivate(modesOf(folder.path))
        expect(modeOf(folder.path)).toBe('755')
      }))
  }

  it('of a folder that we make are in one that is for its owner only', () =>
    withUmask(0, async () => {
      using folder = temporaryFolder()
      const dataDir = join(folder.path, 'a', 'data')
      await using _ = await opened(dataDir)
      expect(modeOf(dataDir)).toBe('700')
    }))

  it('are mended at the start, said once, whatever was left beside them', async () => {
    using folder = temporaryFolder()
    const dataDir = folder.path
    {
      await using _ = await opened(dataDir)
    }
    const extra = [
      'hot/00000001.idx',
      'hot/00000001.idx.new',
      'secret.key.123',
      'nonius.db-journal',
    ]
    for (const path of extra) writeFileSync(join(dataDir, path), '')
    for (const path of Object.keys(modesOf(dataDir))) chmodSync(join(dataDir, path), 0o755)
    {
      await using second = await opened(dataDir)
      const { hot, ...files } = second.modes
      expect(hot).toBe('700')
      // What was executable stays so for its owner: nothing is given, only taken.
      for (const mode of Object.values(files)) expect(['600', '700']).toContain(mode)
      expect(second.lines.filter((line) => line.includes('others could read'))).toHaveLength(1)
    }
    await using third = await opened(dataDir)
    expect(third.lines.filter((line) => line.includes('others'))).toEqual([])
  })

  it('that are links to elsewhere are left to who made the links', async () => {
    using folder = temporaryFolder()
    using elsewhere = temporaryFolder()
    mkdirSync(join(elsewhere.path, 'hot'), { mode: 0o755 })
    symlinkSync(join(elsewhere.path, 'hot'), join(folder.path, 'hot'))
    await using _ = await opened(folder.path)
    expect(modeOf(join(elsewhere.path, 'hot'))).toBe('755')
    const files = readdirSync(join(elsewhere.path, 'hot'))
    expect(files.map((file) => modeOf(join(elsewhere.path, 'hot', file)))).toEqual(
      files.map(() => '600'),
    )
  })
})
