import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { join } from 'node:path'
import { temporaryFolder } from '../support/folders'
import { nonius } from '../support/program'
import { type ServerProcess, startServerProcess } from '../support/server-process'

// Each command is a process of its own.
setDefaultTimeout(60_000)

const folder = temporaryFolder()
const dataDir = join(folder.path, 'data')
let server: ServerProcess

beforeAll(async () => {
  server = await startServerProcess(dataDir)
})

afterAll(async () => {
  await server.stop()
  folder[Symbol.dispose]()
})

const issuers = (...args: string[]) => nonius(['issuers', ...args, '--data-dir', dataDir])
const issuer = 'https://login.school.example/realms/school'

async function listed() {
  const headers = { authorization: 'Bearer nk_test_key_of_the_admin' }
  const reply = await fetch(`${server.url}/tenants/default/issuers`, { headers })
  return ((await reply.json()) as { issuers: object[] }).issuers
}

describe('nonius issuers, beside a running server', () => {
  it('adds, changes, lists and removes an issuer', async () => {
    const named = [issuer, '--audience', 'school']
    const mapping = [
      '--roles',
      'realm_access.roles',
      '--role',
      'head=teacher',
      '--role',
      'a=b=student',
    ]
    const also = [
      '--actor-id',
      'https://lms.example.edu/users/{sub}',
      '--actor-id',
      'mailto:{email}',
    ]
    const added = await issuers('add', ...named, ...mapping, ...also)
    expect(added).toMatchObject({ exitCode: 0, stdout: '' })
    expect(added.stderr).toMatch(/^Added issuer_[0-9a-f]{12}, for people of default\.\n$/)
    const settings = {
      ...{ issuer, audience: 'school', sourceId: 'people' },
      claims: {
        ...{ learner: 'sub', roles: 'realm_access.roles' },
        actorIds: ['https://lms.example.edu/users/{sub}', 'mailto:{email}'],
      },
      roles: { head: 'teacher', 'a=b': 'student' },
    }
    expect(await listed()).toMatchObject([settings])
    expect((await issuers('add', ...named, '--learner', 'login')).stderr).toStartWith('Changed')
    const changed = { claims: { learner: 'login' }, roles: {} }
    expect(JSON.parse((await issuers('list', '--json')).stdout)).toMatchObject([changed])
    expect((await issuers('list')).stdout).toContain(issuer)
    expect((await issuers('remove', ...named)).exitCode).toBe(0)
    expect(await listed()).toEqual([])
    const again = await issuers('remove', ...named)
    expect(again).toMatchObject({ exitCode: 1, stdout: '' })
    expect(again.stderr).toContain('no issuer')
  })

  const refused: [args: string[], says: string][] = [
    [['add', issuer], '--audience'],
    [['add', 'school', '--audience', 'school'], 'absolute URL'],
    [['add', issuer, '--audience', 'a', '--tenant', 'nobody'], 'no tenant nobody'],
    [['add', issuer, '--audience', 'a', '--role', 'head'], 'THEIRS=OURS'],
    [['add', issuer, '--audience', 'a', '--role', 'head=instructor'], 'teacher-admin'],
    [['add', issuer, '--audience', 'a', '--role', 'head=system'], 'teacher-admin'],
    [['add', issuer, '--audience', 'a', '--actor-id', 'ada'], 'a claim in braces'],
    [['add', issuer, '--audience', 'a', '--source', 'a source'], 'letters'],
  ]
  for (const [args, says] of refused) {
    it(`refuses ${args.join(' ')}`, async () => {
      const { exitCode, stderr } = await issuers(...args)
      expect(exitCode).not.toBe(0)
      expect(stderr).toContain(says)
    })
  }
})
