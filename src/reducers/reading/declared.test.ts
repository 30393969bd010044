import { describe, expect, it } from 'bun:test'
import type { Catalogue } from '../loaded'
import { declaredIn } from './declared'

const one = (name: string, version: number) => ({
  ...{ name, version, scope: 'learner' as const, origin: 'nonius', code: '', skipped: 0 },
})
const catalogue: Catalogue = {
  reducers: [one('b', 1), one('a', 2), one('a', 1)],
  ...{ problems: [], updatedAt: '' },
}
const build = (version: number) => ({ version, build: 1, scope: 'learner' as const, since: 's' })

describe('declared reducers', () => {
  it('are each the version whose states are shown, or the newest where none is yet', () => {
    expect(declaredIn(catalogue, {}).map((it) => [it.name, it.version, it.newer])).toEqual([
      ['a', 2, undefined],
      ['b', 1, undefined],
    ])
    const [a] = declaredIn(catalogue, { a: { shown: build(1), next: build(2) } })
    expect([a?.version, a?.newer, a?.building]).toEqual([1, 2, undefined])
    const asked = { ...build(2), isAsked: true, progress: { read: 1 } }
    const [rebuilt] = declaredIn(catalogue, { a: { shown: build(1), next: asked } })
    expect([rebuilt?.version, rebuilt?.newer]).toEqual([1, undefined])
    expect(rebuilt?.building).toMatchObject({ version: 2, progress: { read: 1 } })
    expect(declaredIn({ ...catalogue, reducers: [one('constructor', 1)] }, {})).toHaveLength(1)
  })
})
