import { expect, it } from 'bun:test'
import { oldestAgeS } from './put-aside'

const now = new Date('2026-11-29T12:00:00.000Z')

function holding(stored: Record<string, string>) {
  return {
    list: async (prefix: string) =>
      Object.entries(stored)
        .filter(([key]) => key.startsWith(prefix))
        .map(([key, storedAt]) => ({ key, bytes: 1, storedAt })),
  }
}

it('is nothing where nothing was put aside', async () => {
  expect(await oldestAgeS(holding({}), ['spill/'], now)).toBe(0)
})

it('is the age of the oldest below any of the prefixes, and of no other', async () => {
  const blobs = holding({
    'bodies/a': '2026-11-01T00:00:00.000Z',
    'failed/z': '2026-11-29T11:59:00.000Z',
    'spill/b': '2026-11-29T11:00:00.000Z',
    'spill/c': '2026-11-29T11:30:00.000Z',
  })
  expect(await oldestAgeS(blobs, ['failed/', 'spill/'], now)).toBe(3600)
})

it('is never below nothing, whatever the clock of the bucket says', async () => {
  const ahead = holding({ 'spill/a': '2026-11-29T12:00:05.000Z' })
  expect(await oldestAgeS(ahead, ['spill/'], now)).toBe(0)
})
