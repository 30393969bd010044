import { expect, it } from 'bun:test'
import { mkdirSync, writeFileSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { sourcesOf } from '../../src/platform/local/lake/sources'
import { temporaryFolder } from '../support/folders'

const files = {
  zoned: [
    'retention_class=a/day=1/hour=09/xz.parquet',
    'retention_class=a/day=2/hour=24/settled-1z.parquet',
  ],
  others: ['retention_class=a/day=1/23/x.parquet', 'retention_class=b/day=1/hour=24/x.parquet'],
  neither: [
    'note.txt',
    '.kept/day=1/hour=24/settled-1z.parquet',
    'retention_class=a/day=1/hour=24/.x.parquet',
    'retention_class=a/day=1/hour=09/x.txt',
    'retention_class=a/day=1/hour=99/xz.parquet',
  ],
}

function aLake(folder: string) {
  for (const path of Object.values(files).flat()) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), '')
  }
}

it('gives the patterns that stand for files, and no others', async () => {
  using folder = temporaryFolder()
  aLake(folder.path)
  const { zoned, others } = await sourcesOf(folder.path, undefined)
  const found = (patterns: string[]) =>
    patterns.flatMap((path) => [
      ...new Bun.Glob(path.slice(folder.path.length + 1)).scanSync(folder.path),
    ])
  expect(found(zoned).sort()).toEqual(files.zoned.sort())
  expect(found(others).sort()).toEqual(files.others.sort())
  expect(zoned).toHaveLength(2)
  expect(others).toHaveLength(2)
})

it('finds those of other days while folders of days come and go', async () => {
  using folder = temporaryFolder()
  aLake(folder.path)
  const steady = await sourcesOf(folder.path, undefined)
  let isOver = false
  const others = ['3', '4', '5', '6'].map(async (day) => {
    while (!isOver) {
      const place = join(folder.path, `retention_class=a/day=${day}`)
      await mkdir(join(place, 'hour=09'), { recursive: true })
      await rm(place, { recursive: true, force: true })
    }
  })
  try {
    for (let times = 0; times < 50; times += 1) {
      expect(await sourcesOf(folder.path, undefined)).toEqual(steady)
    }
  } finally {
    isOver = true
    await Promise.all(others)
  }
})
