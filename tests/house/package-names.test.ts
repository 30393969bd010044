import { describe, expect, it } from 'bun:test'
import { files, read } from '../support/repository'

/**
 * What somebody copies from a document is run: a package of that name on a registry that is not ours
 * would be a stranger's program. Other packages are named only where package.json has them.
 */
const INSTALLS =
  /\b(?:npx|bunx|uvx|pipx(?: run| install)?|(?:npm|pnpm|yarn|bun) (?:i|install|add|exec|x|dlx|create|init)|(?:pip3?|uv pip) install|uv (?:add|tool install|tool run))((?: +-{1,2}[\w-]+(?:=\S+)?)*) +(?:-- +)?([@\w./-]+)/g

const { name: own, devDependencies } = JSON.parse(read('package.json'))
const { dependencies, optionalDependencies } = JSON.parse(read('package.json'))
const known = new Set(Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies }))

// The clone has it, and so has a folder where the tarball of the clone is installed.
const RUNS = /^npx/
const WHERE = /\bthe (?:clone|tarball)\b/i

const documents = files().filter(
  (path) =>
    /^(README|CHANGELOG|CONTRIBUTING)\.md$|^(docs|decisions|bench)\/.*\.md$|^(examples|packages)\/.*\.(md|txt|ts|mjs|js|py|ipynb|html)$/.test(
      path,
    ) || /^(src|tools|functions|infra)\/.*\.(ts|mjs)$/.test(path),
)

/** @returns what is wrong with a text, a line each */
function strangersIn(text: string): string[] {
  return [...text.matchAll(INSTALLS)].flatMap(
    ({ 0: command, 1: options = '', 2: name = '', index }) => {
      const isFile =
        /^\.{0,2}\//.test(name) || /\.(tgz|txt|whl)$/.test(name) || options.includes(' -r')
      if (isFile || known.has(name)) return []
      if (name === own && RUNS.test(command) && options === '') {
        // The reader knows where before the command, or in its own line.
        const line = text.slice(
          0,
          text.indexOf('\n', index) < 0 ? text.length : text.indexOf('\n', index),
        )
        return WHERE.test(line) ? [] : [`${command}: not said to be in the clone`]
      }
      return name === own || name.startsWith(`@${own}/`) ? [`${command}: the name is not ours`] : []
    },
  )
}

describe('a document tells nobody to run a package name that is not ours', () => {
  it('looks at all documents, and finds the commands in them', () => {
    expect(documents).toEqual(expect.arrayContaining(['README.md', 'docs/command-line.md']))
    expect(read('README.md').match(INSTALLS)!.length).toBeGreaterThan(3)
  })

  for (const [text, isGood] of [
    ['In the clone: `npx nonius serve`', true],
    ['`npx nonius serve` in the clone', true],
    ['npm install ./nonius-0.1.0.tgz', true],
    ['pip install -r examples/requirements.txt', true],
    ['npx nonius serve', false],
    ['npx nonius serve\nin the clone', false],
    ['In the clone: npx -y nonius serve', false],
    ['In the clone: npm install nonius', false],
    ['npm i --global nonius', false],
    ['npm install @nonius/client', false],
    ['pip install nonius', false],
    ['bunx nonius serve', false],
    ['uvx nonius', false],
    ['npm exec -- nonius', false],
  ] as const) {
    it(`${isGood ? 'takes' : 'refuses'} ${JSON.stringify(text)}`, () => {
      expect(strangersIn(text).length === 0).toBe(isGood)
    })
  }

  it('in any of them', () => {
    const all = documents.flatMap((path) => strangersIn(read(path)).map((one) => `${path}: ${one}`))
    expect(all).toEqual([])
  })
})
