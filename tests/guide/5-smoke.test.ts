import { expect, it } from 'bun:test'
import { temporaryFolder } from '../support/folders'
import { repository, start } from '../support/program'
import { startServerProcess } from '../support/server-process'

// Chapter 5: is it well? What a maintainer runs after a deployment, here against one machine.

const smoke = (...args: string[]) =>
  start([process.execPath, 'tools/smoke/main.ts', ...args], { cwd: repository }).finished

it('sees every promise kept, and each that is not', async () => {
  using folder = temporaryFolder()
  await using server = await startServerProcess(folder.path)

  const well = await smoke(server.url, server.key)
  expect(well.stdout).not.toContain('FAIL')
  expect(well.stdout).toMatch(/(\d+) of \1 promises kept/)
  expect(well.exitCode).toBe(0)

  // A key that may do nothing is like a deployment that keeps nothing.
  const ill = await smoke(server.url, 'nk_wrong')
  expect(ill.stdout).toContain('FAIL an event is acknowledged')
  expect(ill.stdout).toContain('it was answered 401 instead of 200')
  expect(ill.exitCode).toBe(1)
  expect(ill.stdout + ill.stderr).not.toContain('nk_wrong')

  await server.stop()
  const gone = await smoke(server.url, server.key)
  expect(gone.stdout).toContain('0 of ')
  expect(gone.exitCode).toBe(1)
})

it('says how it is used', async () => {
  const { exitCode, stderr } = await smoke('not-a-url', 'key')
  expect(stderr).toContain('It must be an absolute URL')
  expect(exitCode).toBe(1)
})
