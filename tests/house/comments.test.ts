import { describe, expect, it } from 'bun:test'
import { files, read } from '../support/repository'

// Such an opening leaves the subject out, or the verb: "Of a body of unknown length: …".
const OPENING = /^(What|Of|Whether|Those)\b/

const sources = files().filter((path) =>
  /^(src|functions|infra|tools|openapi)\/.*(?<!\.test)\.(ts|mjs)$/.test(path),
)

/** The first line of each comment, without its marks, and where it stands. */
function openingsOf(text: string): { line: number; opening: string }[] {
  const lines = text.split('\n').map((line) => line.trim())
  return lines.flatMap((line, at) => {
    const before = lines[at - 1] ?? ''
    const opening =
      line.match(/^\/\*\* (.+)/)?.[1] ??
      (before.startsWith('//') ? undefined : line.match(/^\/\/ (.+)/)?.[1]) ??
      (before === '/**' ? line.match(/^\* (.+)/)?.[1] : undefined)
    return opening === undefined ? [] : [{ line: at + 1, opening }]
  })
}

describe("a comment's first sentence", () => {
  it('has a subject and a verb', () => {
    const found = sources.flatMap((path) =>
      openingsOf(read(path))
        .filter(({ opening }) => OPENING.test(opening))
        .map(({ line, opening }) => `${path}:${line} ${opening}`),
    )
    expect(found).toEqual([])
  })

  it('is found where it stands: after two slashes, in a block, on a line of its own', () => {
    const text = '/** One. */\n// Two\n// goes on\nconst a = 1\n/**\n * Three.\n * More.\n */'
    const found = openingsOf(text).map(({ opening }) => opening)
    expect(found).toEqual(['One. */', 'Two', 'Three.'])
  })
})
