import { beforeAll, describe, expect, it } from 'bun:test'
import { existsSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryFolder } from '../support/folders'
import { repository, run } from '../support/program'

const document = join(repository, 'openapi/openapi.json')
const venv = join(repository, '.venv/openapi-python-client')
const npm = join(repository, '.cache/openapi-typescript')

// What reaches the registries may be set in the environment, as a proxy is.
const env = process.env as Record<string, string>

// A first run fetches them from PyPI and npm.
const PATIENCE_MS = 240_000

async function must(command: string[], cwd = repository) {
  const { exitCode, stdout, stderr } = await run(command, { cwd, env })
  expect({ exitCode, stderr: exitCode === 0 ? '' : stderr + stdout }).toEqual({
    exitCode: 0,
    stderr: '',
  })
  return stdout + stderr
}

beforeAll(async () => {
  if (!existsSync(join(venv, 'bin/openapi-python-client'))) {
    await must(['python3', '-m', 'venv', venv])
    const pip = [
      'install',
      '--quiet',
      '--disable-pip-version-check',
      'openapi-python-client==0.29.1',
    ]
    await must([join(venv, 'bin/pip'), ...pip])
  }
  if (!existsSync(join(npm, 'node_modules/.bin/openapi-typescript'))) {
    await mkdir(npm, { recursive: true })
    const packages = ['openapi-typescript@7.13.0', 'typescript@5.9.3']
    await must([
      'npm',
      'install',
      '--silent',
      '--no-audit',
      '--no-fund',
      '--prefix',
      npm,
      ...packages,
    ])
  }
}, PATIENCE_MS)

/** Every operation of the document, and every schema of it, as generators name them. */
async function named() {
  const { paths, components } = JSON.parse(await readFile(document, 'utf8'))
  const operations = Object.values(paths as Record<string, Record<string, object>>)
    .flatMap((methods) => Object.values(methods))
    .map((operation) => (operation as { operationId: string }).operationId)
  return { operations, schemas: Object.keys(components.schemas) }
}

describe('clients are generated of the OpenAPI document, all of it and without a warning', () => {
  it(
    'by openapi-python-client',
    async () => {
      using folder = temporaryFolder()
      const out = join(folder.path, 'client')
      const config = join(repository, 'openapi/python-client.yml')
      const options = [
        '--path',
        document,
        '--output-path',
        out,
        '--meta',
        'none',
        '--config',
        config,
      ]
      const said = await must([join(venv, 'bin/openapi-python-client'), 'generate', ...options])
      expect(said).not.toMatch(/warning|unable|unsupported|skipp|error/i)
      const { operations } = await named()
      const made = await must([
        'find',
        join(out, 'api'),
        '-name',
        '*.py',
        '-not',
        '-name',
        '__init__.py',
      ])
      expect(made.trim().split('\n')).toHaveLength(operations.length)
      await must([join(venv, 'bin/python'), '-m', 'compileall', '-q', out])
    },
    PATIENCE_MS,
  )

  it(
    'by openapi-typescript',
    async () => {
      using folder = temporaryFolder()
      const out = join(folder.path, 'api.d.ts')
      const bin = join(npm, 'node_modules/.bin')
      const said = await must([join(bin, 'openapi-typescript'), document, '-o', out])
      expect(said).not.toMatch(/warning|unsupported|error/i)
      const text = await readFile(out, 'utf8')
      const { operations, schemas } = await named()
      for (const name of [...operations, ...schemas]) expect(text).toContain(`${name}:`)
      await must([join(bin, 'tsc'), '--noEmit', '--strict', out])
    },
    PATIENCE_MS,
  )
})
