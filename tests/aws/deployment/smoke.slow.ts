import { expect, it, setDefaultTimeout } from 'bun:test'
import { join } from 'node:path'
import { repository, start } from '../../support/program'

// Emulators, an engine of SQL and functions start, on whatever machine.
const START_MS = 300_000
setDefaultTimeout(2 * START_MS)

const key = 'nk_demo_of_the_smoke_test'

it('waits for the lake, a webhook, a token and what nobody can read, and sees each', async () => {
  const { EMULATORS_DIR = '' } = process.env
  const program = join(repository, 'tools/aws-local/aws-local.ts')
  const host = start([process.execPath, program, '--port', '0', '--athena', '--quiet'], {
    env: { EMULATORS_DIR, NONIUS_DEMO_KEY: key, NONIUS_ALLOW_PRIVATE_WEBHOOKS: '1' },
  })
  try {
    const said = await host.says(/ws:\/\/\S+/, START_MS)
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(said)![0]
    const smoke = await start([process.execPath, 'tools/smoke/main.ts', '--deep', url, key], {
      cwd: repository,
    }).finished
    expect(smoke.stdout).not.toContain('FAIL')
    expect(smoke.stdout).not.toContain('left')
    for (const kept of ['reaches the lake', 'to a webhook', 'token of Cognito', 'nobody can read'])
      expect(smoke.stdout).toMatch(new RegExp(`^ok {3}.*${kept}.*\\(\\d+ s\\)$`, 'm'))
    expect(smoke.exitCode).toBe(0)
  } finally {
    await host.stop('SIGTERM')
  }
})
