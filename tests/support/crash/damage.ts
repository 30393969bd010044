import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** One kind of damage to a data folder, and what may come of it. */
export interface Damage {
  name: string
  /** How the server ended before. */
  left: 'killed' | 'stopped'
  damage(dataDir: string): void
  /** Of the events that were held, at most this share can be read no more. None when it is not given. */
  loses?: number
  /** What the log must say. */
  says?: RegExp
  /** Whether the cursors may be lost too, so that what was archived is archived once more. */
  repeats?: boolean
  /** Whether webhooks may be lost with it. */
  forgetsWebhooks?: boolean
}

const OLD = '00000001'
const NEW = '00000002'
// `segment-file.ts`
const PAGE = 2048

function rewrite(file: string, how: (bytes: Buffer) => void) {
  const bytes = readFileSync(file)
  how(bytes)
  writeFileSync(file, bytes)
}

const hot = (name: string, how: (file: string) => void) => (dataDir: string) =>
  how(join(dataDir, 'hot', name))
const own = (name: string, how: (file: string) => void) => (dataDir: string) =>
  how(join(dataDir, name))

const flipMiddle = (file: string) =>
  rewrite(file, (bytes) => {
    const at = Math.floor(bytes.length / 2)
    bytes[at]! ^= 0xff
  })
const cutInHalf = (file: string) => truncateSync(file, Math.floor(readFileSync(file).length / 2))
const empty = (file: string) => truncateSync(file, 0)
const remove = (file: string) => rmSync(file)
const garbage = (file: string) => rewrite(file, (bytes) => randomBytes(bytes.length).copy(bytes))
const garbageAt = (from: number, length: number) => (file: string) =>
  rewrite(file, (bytes) => randomBytes(length).copy(bytes, from))
// The WAL of a part of the log that grows no more is empty, but for the moment after another one began.
const tailOf = (bytes: Buffer) => Math.max(0, bytes.length - 1000)
const garbageTail = (file: string) =>
  rewrite(file, (bytes) => randomBytes(1000).copy(bytes, tailOf(bytes)))
const cutTail = (file: string) => truncateSync(file, tailOf(readFileSync(file)))
const middlePage = (file: string) =>
  rewrite(file, (bytes) => {
    randomBytes(PAGE).copy(bytes, Math.floor(bytes.length / PAGE / 2) * PAGE)
  })

// RFC 8878, section 3.1.1.
const ZSTD = Buffer.from([0x28, 0xb5, 0x2f, 0xfd])
const segmentBody = (file: string) =>
  rewrite(file, (bytes) => {
    const at = bytes.indexOf(ZSTD, Math.floor(bytes.length / 2)) + 60
    bytes[at]! ^= 0x01
  })

const indexes: Damage[] = [OLD, NEW].flatMap((number) => {
  const file = `${number}.idx`
  const kinds: [string, (file: string) => void][] = [
    ['one byte of', flipMiddle],
    ['half of', cutInHalf],
    ['all in', empty],
    ['the head of', garbageAt(0, 64)],
    ['everything but the length of', garbage],
  ]
  return kinds.map(([what, how]) => ({
    ...{ name: `${what} hot/${file}`, left: 'stopped' as const, damage: hot(file, how) },
  }))
})

const damaged = /damaged|put aside/
const behind = /the log ends before what was handled/

/** Half of the events are in each of two generations. */
export const damages: Damage[] = [
  ...indexes,
  ...[OLD, NEW].flatMap((number): Damage[] => {
    const file = `${number}.db`
    const kinds: [string, (file: string) => void][] = [
      ['a body in', segmentBody],
      ['a page of', middlePage],
      ['the header of', garbageAt(0, 100)],
      ['half of', cutInHalf],
      ['all of', garbage],
    ]
    return kinds.flatMap(([what, how]) => [
      {
        ...{ name: `${what} hot/${file}`, left: 'stopped', damage: hot(file, how) },
        ...{ loses: 0.75, says: damaged },
      },
      {
        ...{ name: `${what} hot/${file}, its index lost as well`, left: 'stopped' },
        damage(dataDir) {
          hot(file, how)(dataDir)
          remove(join(dataDir, 'hot', `${number}.idx`))
        },
        ...{ loses: 0.75, says: damaged },
      },
    ])
  }),
  ...[OLD, NEW].flatMap((number): Damage[] => {
    const file = `${number}.db-wal`
    const kinds: [string, (file: string) => void][] = [
      ['the tail of', garbageTail],
      ['a byte in the middle of', flipMiddle],
      ['the end of', cutTail],
      ['all in', empty],
      ['the whole of', remove],
    ]
    return kinds.map(([what, how]) => ({
      ...{ name: `${what} hot/${file}`, left: 'killed', damage: hot(file, how), loses: 0.75 },
      ...(number === NEW ? { says: behind } : {}),
    }))
  }),
  {
    ...{ name: 'hot/*.db-shm', left: 'killed' },
    damage(dataDir) {
      for (const number of [OLD, NEW]) hot(`${number}.db-shm`, garbage)(dataDir)
    },
  },
  { name: 'nonius.db-shm', left: 'killed', damage: own('nonius.db-shm', garbage) },
  ...(['the tail of', 'the end of'] as const).map((what): Damage => {
    const how = what === 'the tail of' ? garbageTail : cutTail
    const damage = own('nonius.db-wal', how)
    return { name: `${what} nonius.db-wal`, left: 'killed', damage, repeats: true }
  }),
  {
    ...{ name: 'the whole of nonius.db-wal', left: 'killed' },
    ...{ damage: own('nonius.db-wal', remove), repeats: true, forgetsWebhooks: true },
  },
  {
    ...{ name: 'what an unfinished write leaves', left: 'killed' },
    damage(dataDir) {
      writeFileSync(join(dataDir, 'hot', `${NEW}.idx.new`), randomBytes(5000))
      writeFileSync(join(dataDir, 'hot', '00000007.idx'), randomBytes(5000))
      writeFileSync(join(dataDir, 'secret.key.4711'), randomBytes(7))
      for (const hour of foldersOf(join(dataDir, 'lake', 'events'))) {
        writeFileSync(join(hour, '.half'), randomBytes(5000))
      }
    },
  },
]

/** Those that hold files. */
export function foldersOf(lake: string): string[] {
  return readdirSync(lake, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath }) => parentPath)
}
