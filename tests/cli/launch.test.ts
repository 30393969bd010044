import { describe, expect, it } from 'bun:test'
import { join } from 'node:path'
import { version } from '../../package.json'
import { temporaryFolder } from '../support/folders'
import { repository, run, start } from '../support/program'

const launch = (...args: string[]) => run(['node', join(repository, 'src/launch.mjs'), ...args])

describe('the launcher', () => {
  it('starts the command line with Node alone, installing nothing that is there', async () => {
    const { stdout, stderr, exitCode } = await launch('--version')
    expect(stdout).toBe(`${version}\n`)
    expect(stderr).toBe('')
    expect(exitCode).toBe(0)
  })

  it('passes arguments through as they are, and the exit code back', async () => {
    const file = 'no such "file" $HOME.json'
    const { stderr, exitCode } = await launch('validate', file)
    expect(stderr).toBe(`${file}: there is no such file or folder.\n`)
    expect(exitCode).toBe(1)
  })

  it('works from any folder: what a command names is found from there', async () => {
    using folder = temporaryFolder()
    await Bun.write(join(folder.path, 'here.json'), '{"type":"ViewEvent"}')
    const command = ['node', join(repository, 'src/launch.mjs'), 'validate', 'here.json']
    expect((await run(command, { cwd: folder.path })).stdout).toStartWith('here.json: 1 event')
  })

  it('passes signals on', async () => {
    using folder = temporaryFolder()
    const env = { NONIUS_DATA_DIR: folder.path, NONIUS_PORT: '0', NONIUS_LOG_LEVEL: 'warn' }
    const server = start(['node', join(repository, 'src/launch.mjs'), 'serve'], { env })
    await server.says(/is running at/)
    const { exitCode, stderr } = await server.stop('SIGTERM')
    expect(stderr).toContain('Stopping')
    expect(exitCode).toBe(0)
  })
})
