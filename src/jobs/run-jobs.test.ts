import { expect, it } from 'bun:test'
import { carryOnJobs, type Done, type JobKind, runJobs } from './run-jobs'

interface Job {
  id: string
}

/** Jobs of so many pieces each, in the order in which these were done. */
function scene(lengths: Record<string, number>, fails: Record<string, Done[]> = {}) {
  const done: string[] = []
  const seen: number[] = []
  const idle = Promise.withResolvers<void>()
  const left = { ...lengths }
  const kind: JobKind<Job> = {
    nameOf: ({ id }) => id,
    running: async () => Object.keys(left).map((id) => ({ id })),
    async piece({ id }, { failures }) {
      seen.push(failures)
      const failed = fails[id]?.shift()
      if (failed !== undefined) return failed
      done.push(id)
      left[id]! -= 1
      if (left[id]! > 0) return 'more'
      delete left[id]
      if (Object.keys(left).length === 0) idle.resolve()
      return 'over'
    },
    pauseMs: () => 0,
    unread: () => {},
  }
  return { kind, done, seen, idle: idle.promise, left }
}

const registry = (list: () => Promise<{ tenantId: string }[]>) =>
  ({ tenants: { list } }) as unknown as Parameters<typeof runJobs>[1]
const school = registry(async () => [{ tenantId: 'school' }])

it('does what was begun before, in turns, and what it is woken for', async () => {
  const { kind, done, idle, left } = scene({ a: 2, b: 3 })
  await using runner = runJobs(kind, school)
  await idle
  expect(done).toEqual(['a', 'b', 'a', 'b', 'b'])
  left.c = 1
  runner.wake({ id: 'c' })
  while (done.length < 6) await Bun.sleep(1)
  expect(done.at(-1)).toBe('c')
})

it('counts failures in a row, and tries again', async () => {
  const { kind, seen, idle } = scene({ a: 2 }, { a: ['trouble'] })
  await using _runner = runJobs(kind, school)
  await idle
  expect(seen).toEqual([0, 1, 0])
})

it('lists jobs again where they could not be listed', async () => {
  const { kind, idle } = scene({ a: 1 })
  const told: string[] = []
  let times = 0
  const slow = registry(async () => {
    times += 1
    if (times === 1) throw new Error('the disk is away')
    return [{ tenantId: 'school' }]
  })
  await using _runner = runJobs({ ...kind, unread: (reason) => told.push(reason) }, slow)
  await idle
  expect(told).toEqual(['the disk is away'])
})

it('cuts off the piece of the job that is stopped, and no other', async () => {
  const { kind } = scene({ a: 1 })
  const begun = Promise.withResolvers<AbortSignal>()
  const long: JobKind<Job> = {
    ...kind,
    piece: (_, { signal }) => {
      begun.resolve(signal)
      return new Promise((resolve) => signal.addEventListener('abort', () => resolve('over')))
    },
  }
  await using runner = runJobs(long, school)
  const signal = await begun.promise
  runner.stop({ id: 'b' })
  expect(signal.aborted).toBe(false)
  runner.stop({ id: 'a' })
  expect(signal.aborted).toBe(true)
})

it('carries on for as long as a function has', async () => {
  let now = 0
  const { kind, done } = scene({ a: 2, b: 9 })
  const timed: JobKind<Job> = {
    ...kind,
    piece: (job, how) => {
      now += 10
      return kind.piece(job, how)
    },
  }
  await carryOnJobs(timed, ['school'], { maxMs: 45, lastPieceMs: 0, monotonic: () => now })
  expect(done).toEqual(['a', 'a', 'b', 'b', 'b'])
})
