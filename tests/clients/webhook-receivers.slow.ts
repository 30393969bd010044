import { describe, expect, it } from 'bun:test'
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryFolder } from '../support/folders'
import { repository, run } from '../support/program'
import { expectVerifies, receiverOf, startReceiver } from '../support/receiver-docs'

/* The receivers of docs/webhooks.md whose software is installed for this test alone. */

const venv = join(repository, '.venv/fastapi')
const npm = join(repository, '.cache/express')

// What reaches the registries may be set in the environment, as a proxy is.
const env = process.env as Record<string, string>

// A first run fetches them from PyPI and npm.
const PATIENCE_MS = 180_000

async function must(command: string[]) {
  const { exitCode, stdout, stderr } = await run(command, { env })
  const said = exitCode === 0 ? '' : stderr + stdout
  expect({ exitCode, said }).toEqual({ exitCode: 0, said: '' })
}

it(
  'Express verifies what it is posted',
  async () => {
    if (!existsSync(join(npm, 'node_modules/express'))) {
      await mkdir(npm, { recursive: true })
      const packages = ['express@5.3.0', 'standardwebhooks@1.1.1']
      const install = ['npm', 'install', '--silent', '--no-audit', '--no-fund', '--prefix', npm]
      await must([...install, ...packages])
    }
    await using receiver = await startReceiver(receiverOf('ts', "from 'express'"), async (code) => {
      await writeFile(join(npm, 'hook.ts'), code)
      return [process.execPath, join(npm, 'hook.ts')]
    })
    await expectVerifies(receiver)
  },
  PATIENCE_MS,
)

it(
  'FastAPI verifies what it is posted',
  async () => {
    if (!existsSync(join(venv, 'bin/uvicorn'))) {
      await must(['python3', '-m', 'venv', venv])
      const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check']
      const packages = ['fastapi==0.165.0', 'standardwebhooks==1.1.0', 'uvicorn==0.54.0']
      await must([join(venv, 'bin/python'), ...pip, ...packages])
    }
    using folder = temporaryFolder()
    const code = receiverOf('python', 'FastAPI')
    const command = /^# uvicorn (.*)$/m.exec(code)![1]!
    await using receiver = await startReceiver(code, async (text, port) => {
      await writeFile(join(folder.path, 'hook.py'), text)
      const words = command.replace('8080', String(port)).split(' ')
      return [join(venv, 'bin/uvicorn'), ...words, '--app-dir', folder.path]
    })
    await expectVerifies(receiver)
  },
  PATIENCE_MS,
)

// Neither is asked of whoever runs this: where one is not there, its receiver is not run, which the
// report of the tests says.
describe.skipIf(Bun.which('php') === null)('where PHP is', () => {
  it('its receiver verifies what it is posted', async () => {
    using folder = temporaryFolder()
    await using receiver = await startReceiver(
      receiverOf('php', 'hash_hmac'),
      async (text, port) => {
        const file = join(folder.path, 'hook.php')
        await writeFile(file, text)
        return ['php', '-S', `127.0.0.1:${port}`, file]
      },
    )
    await expectVerifies(receiver)
  }, 30_000)
})

describe.skipIf(Bun.which('go') === null)('where Go is', () => {
  it(
    'its receiver verifies what it is posted',
    async () => {
      using folder = temporaryFolder()
      await using receiver = await startReceiver(receiverOf('go', 'package main'), async (text) => {
        const file = join(folder.path, 'hook.go')
        await writeFile(file, text)
        const built = join(folder.path, 'hook')
        await must(['go', 'build', '-o', built, file])
        return [built]
      })
      await expectVerifies(receiver)
    },
    PATIENCE_MS,
  )
})
