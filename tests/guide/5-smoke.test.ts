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
}, 60_000)

it('waits for what follows from an event, and leaves out what only AWS has', async () => {
  using folder = temporaryFolder()
  const env = { NONIUS_ALLOW_PRIVATE_WEBHOOKS: '1' }
  await using server = await startServerProcess(folder.path, env)
  const { stdout, exitCode } = await smoke('--deep', server.url, server.key, '--minutes', '1')
  expect(stdout).not.toContain('FAIL')
  expect(stdout.match(/^ok .*(lake|webhook).*$/gm)).toHaveLength(2)
  expect(stdout.match(/^left .*it needs a stage on AWS.*$/gm)).toHaveLength(2)
  expect(exitCode).toBe(0)
}, 60_000)

it('says of what follows why it does not', async () => {
  using folder = temporaryFolder()
  await using server = await startServerProcess(folder.path)
  const { stdout, exitCode } = await smoke('--deep', server.url, server.key, '--minutes', '0.05')
  expect(stdout).toMatch(/^FAIL an event is sent to a webhook.*\n.*is not a public address/m)
  expect(exitCode).toBe(1)
}, 60_000)

it('says how it is used', async () => {
  const { exitCode, stderr } = await smoke('not-a-url', 'key')
  expect(stderr).toContain('It must be an absolute URL')
  expect(exitCode).toBe(1)
})
