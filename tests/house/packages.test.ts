import { describe, expect, it } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join, posix } from 'node:path'
import { documentFile, typesFile } from '../../openapi/build'
import { typesOf } from '../../openapi/types'
import { repository } from '../support/program'

const read = (path: string) => readFileSync(join(repository, path), 'utf8')
const manifestOf = (folder: string) => JSON.parse(read(`${folder}/package.json`))
const folders = readdirSync(join(repository, 'packages'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => `packages/${name}`)

// Matched in the text: scanners that compile first do not see `import type`.
const IMPORT = /\bfrom\s+'([^']+)'|\bimport\s+'([^']+)'|\bimport\(\s*'([^']+)'/g

function importsOf(path: string): string[] {
  return [...read(path).matchAll(IMPORT)].map((match) => match.slice(1).find(Boolean)!)
}

describe('a package', () => {
  for (const folder of folders) {
    const { name, version, license, dependencies = {}, ...manifest } = manifestOf(folder)
    const { peerDependencies = {} } = manifest
    const known = Object.keys({ ...dependencies, ...peerDependencies })
    const sources = [...new Bun.Glob(`${folder}/**/*.{ts,tsx}`).scanSync({ cwd: repository })]
      // What npm links into a package is not of it.
      .filter((path) => !path.includes('/node_modules/') && !path.endsWith('.test.ts'))

    it(`${folder} imports nothing of the server: its own files and its dependencies only`, () => {
      expect(sources.length).toBeGreaterThan(0)
      // A test is no part of the package, and takes the tools of the repository.
      const shipped = sources.filter((path) => !path.endsWith('.test.ts'))
      const others = shipped.flatMap((path) =>
        importsOf(path)
          .filter((from) =>
            from.startsWith('.')
              ? !posix.join(posix.dirname(path), from).startsWith(`${folder}/`)
              : !isBuiltin(from) &&
                !known.some((one) => from === one || from.startsWith(`${one}/`)),
          )
          .map((from) => `${path} imports ${from}`),
      )
      expect(others).toEqual([])
      expect(Object.keys(dependencies)).not.toContain('nonius')
    })

    it(`${folder} has the version and licence of the server, and its entry in the lockfile if it is a workspace`, () => {
      const server = JSON.parse(read('package.json'))
      expect({ version, license }).toEqual({ version: server.version, license: server.license })
      // A name on the registry is not ours yet.
      expect(manifest.private).toBe(true)
      const lock = JSON.parse(read('package-lock.json')).packages
      if (!server.workspaces.includes(folder)) {
        expect(lock[folder]).toBeUndefined()
        return
      }
      expect(lock[`node_modules/${name}`]).toEqual({ resolved: folder, link: true })
      expect(lock[folder]).toMatchObject({ name, version, license })
      expect(lock[folder].dependencies ?? {}).toEqual(dependencies)
      // npm would install for whoever starts the server what a workspace has as a peer.
      expect(peerDependencies).toEqual({})
    })
  }
})

describe('the types of the client', () => {
  it('are committed as the OpenAPI document makes them; `npm run openapi` writes both', () => {
    const document = readFileSync(documentFile, 'utf8')
    expect(readFileSync(typesFile, 'utf8') === typesOf(JSON.parse(document))).toBe(true)
  })
})

describe('the package of the server', () => {
  const resolve = (name: string) => Bun.resolveSync(name, repository)

  it('makes its OpenAPI document and its manifest public', () => {
    expect(resolve('nonius/openapi.json')).toBe(join(repository, 'openapi/openapi.json'))
    expect(resolve('nonius/package.json')).toBe(join(repository, 'package.json'))
  })

  for (const inside of ['nonius', 'nonius/src/http/app', 'nonius/src/http/app.ts']) {
    it(`does not let a program import ${inside}`, () => {
      expect(() => resolve(inside)).toThrow()
    })
  }

  it('does not take the packages along to whoever starts it', () => {
    const { workspaces, dependencies } = JSON.parse(read('package.json'))
    expect(workspaces).toEqual(['packages/client'])
    const ours = folders.map((folder) => manifestOf(folder).name)
    expect(ours.filter((name) => name in dependencies)).toEqual([])
  })
})
