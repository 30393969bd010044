import { expect, it } from 'bun:test'
import { heapSettings, limitIn } from '../../src/heap-size.mjs'

const GB = 1024 ** 3

it('tells the engine what it knows, whatever its version: a setting that it does not know ends it', () => {
  const env = { ...process.env, ...heapSettings(64 * GB), BUN_JSC_dumpOptions: '1' }
  const { stdout, stderr, exitCode } = Bun.spawnSync([process.execPath, '-e', '0'], { env })
  expect(exitCode).toBe(0)
  const said = `${stdout}${stderr}`
  expect(said).toContain(`forceRAMSize=${32 * GB} `)
  expect(said).toContain('smallHeapGrowthFactor=1.75 ')
  expect(said).toContain('heapGrowthMaxIncrease=0.75 ')
})

it('is read back as the limit that it was made of', () => {
  expect(limitIn(heapSettings(2 * GB))).toBe(2 * GB)
  expect(limitIn({})).toBeUndefined()
})
