import { describe, expect, it } from 'bun:test'
import { join } from 'node:path'
import { openDatabase } from '../../src/platform/local/database'
import { createReplayJobs, replayJobsSchema } from '../../src/platform/local/replay-jobs'
import type { ReplayJob } from '../../src/platform/replay-jobs'
import { temporaryFolder } from '../support/folders'

function aJob(tenantId: string, replayId: string): ReplayJob {
  return {
    ...{ tenantId, replayId, keyId: 'key_1', hash: 'abc', reach: ['demo'], isAdmin: false },
    filter: { code: 'required' },
    patch: '[{"op":"remove","path":"/x"}]',
    startedAt: '2026-11-21T09:30:00.000Z',
    progress: {
      counts: { stored: 1, duplicate: 0, set_aside: 0, withheld: 0, refused: 0 },
      refused: [],
      cursor: 'abc',
      left: 10,
    },
  }
}

function open() {
  const folder = temporaryFolder()
  const file = join(folder.path, 'jobs.db')
  let db = openDatabase(file, replayJobsSchema)
  return {
    jobs: createReplayJobs(db),
    /** As a server that starts again finds it. */
    reopen() {
      db.close()
      db = openDatabase(file, replayJobsSchema)
      return createReplayJobs(db)
    },
    [Symbol.dispose]() {
      db.close()
      folder[Symbol.dispose]()
    },
  }
}

const finished = { ...aJob('a', 'x').progress, left: 0, finishedAt: '2026-11-21T09:31:00.000Z' }

describe('replays that go on in the background', () => {
  it('are found again after a restart, with how far they are', async () => {
    using opened = open()
    await opened.jobs.add(aJob('school', 'r1'))
    const progress = { ...aJob('school', 'r1').progress, cursor: 'def', left: 4 }
    await opened.jobs.note({ tenantId: 'school', replayId: 'r1' }, progress)
    const again = opened.reopen()
    expect(await again.get('school', 'r1')).toEqual({ ...aJob('school', 'r1'), progress })
    expect(await again.next('')).toEqual({ ...aJob('school', 'r1'), progress })
    expect(await again.get('other', 'r1')).toBeUndefined()
  })

  it('have their turn by tenant, the oldest of each first, however many one has', async () => {
    using opened = open()
    const { jobs } = opened
    for (const id of ['1', '2', '3']) await jobs.add(aJob('many', id))
    await jobs.add(aJob('few', '4'))
    await jobs.add(aJob('none', '5'))
    await jobs.note({ tenantId: 'none', replayId: '5' }, finished)
    const turns: string[] = []
    let tenant = ''
    for (let turn = 0; turn < 4; turn += 1) {
      const job = (await jobs.next(tenant))!
      tenant = job.tenantId
      turns.push(`${tenant} ${job.replayId}`)
    }
    expect(turns).toEqual(['few 4', 'many 1', 'few 4', 'many 1'])
    await jobs.note({ tenantId: 'few', replayId: '4' }, finished)
    await jobs.note({ tenantId: 'many', replayId: '1' }, finished)
    expect(await jobs.next('few')).toMatchObject({ replayId: '2' })
    expect(await jobs.next('many')).toMatchObject({ replayId: '2' })
  })

  it('are ten of a tenant at a time; another tenant has its own room', async () => {
    using opened = open()
    const { jobs } = opened
    const added = []
    for (let n = 0; n < 11; n += 1) added.push(await jobs.add(aJob('school', `r${n}`)))
    expect(added).toEqual([...Array(10).fill(true), false])
    expect(await jobs.add(aJob('other', 'r'))).toBe(true)
    await jobs.note({ tenantId: 'school', replayId: 'r0' }, finished)
    expect(await jobs.add(aJob('school', 'r11'))).toBe(true)
  })

  it('are a thousand of all tenants', async () => {
    using opened = open()
    for (let n = 0; n < 1000; n += 1) await opened.jobs.add(aJob(`tenant ${n}`, 'r'))
    expect(await opened.jobs.add(aJob('one more', 'r'))).toBe(false)
  }, 60_000)

  it('are remembered for a while once they are finished: the newest hundred of a tenant', async () => {
    using opened = open()
    const { jobs } = opened
    await jobs.add(aJob('school', 'unfinished'))
    for (let n = 0; n < 130; n += 1) {
      await jobs.add(aJob('school', `r${n}`))
      await jobs.note({ tenantId: 'school', replayId: `r${n}` }, finished)
    }
    expect(await jobs.get('school', 'r129')).toBeDefined()
    expect(await jobs.get('school', 'r0')).toBeUndefined()
    expect(await jobs.get('school', 'unfinished')).toBeDefined()
  }, 60_000)
})
