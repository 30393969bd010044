import { describe, expect, it } from 'bun:test'
import type { Visibility } from '../../identity/viewer'
import type { ShownState } from '../states'
import { mayBeShown } from './seen'

const base = {
  ...{ reducer: 'r', version: 1, state: {}, events: 1, skipped: 0 },
  ...{ through: '', updatedAt: '' },
}
const of = (learner: string, ...places: ShownState['places']): ShownState => ({
  ...{ ...base, learner, places },
})
const some = (groups: string[], ...actorIds: string[]): Visibility => ({
  ...{ kind: 'some', groups, actorIds },
})

const enrolled = (learner: string) => learner === 'amy'
const english = { course: 'english', group: 'english-1' }

describe('a state', () => {
  const shown: [string, Visibility, ShownState][] = [
    ['to whoever sees all', { kind: 'tenant' }, of('amy', english, { course: 'maths' })],
    ['to its learner', some([], 'amy'), of('amy', english, {})],
    ['by another spelling', some([], 'mailto:amy@Example.edu'), of('amy@example.edu', {})],
    ['of events of her course', some(['english']), of('bob', english, { course: 'english' })],
    ['of events of her group', some(['english-1']), of('bob', english)],
    ['of no course, of whom she teaches', some(['english']), of('amy', {})],
    ['of her course and of none', some(['english']), of('amy', english, {})],
    ['of her group', some(['g']), { ...base, group: 'g', places: [{ group: 'h' }] }],
    ['of a group of her course', some(['c']), { ...base, group: 'h', places: [{ course: 'c' }] }],
  ]
  for (const [what, visibility, state] of shown) {
    it(`is shown ${what}`, async () => {
      expect(await mayBeShown(visibility, state, enrolled)).toBe(true)
    })
  }

  const hidden: [string, Visibility, ShownState][] = [
    ['of a course of others, too', some(['english']), of('amy', english, { course: 'maths' })],
    [
      'of more places than are known',
      some(['english']),
      { ...of('amy', english), morePlaces: true },
    ],
    ['of no course, of somebody else', some(['english']), of('bob', {})],
    ['of her course and of none, of somebody else', some(['english']), of('bob', english, {})],
    ['of no place at all', some(['english']), of('amy')],
    ['of somebody else, to a learner', some([], 'amy'), of('bob', english)],
    ['to somebody who is nobody', some([]), of('amy', {})],
    ['to a system', { kind: 'everywhere' }, of('amy', english)],
    ['of a source, to a teacher', some(['english']), { ...base, source: 's', places: [english] }],
    ['of another group', some(['g']), { ...base, group: 'h', places: [{ group: 'h' }] }],
  ]
  for (const [what, visibility, state] of hidden) {
    it(`is hidden ${what}`, async () => {
      expect(await mayBeShown(visibility, state, enrolled)).toBe(false)
    })
  }
})
