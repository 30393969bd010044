import { describe, expect, it } from 'bun:test'
import type { ShownState } from '../states'
import { createToldStates, type ToldStates } from './told'

const state = (of: string, events: number, version = 1): ShownState => ({
  ...{ reducer: 'r', version, learner: 'amy', of, state: {}, events, skipped: 0, places: [] },
  ...{ through: '', updatedAt: '' },
})
const ofs = ({ states, gone }: ReturnType<ToldStates['changed']>) => [
  states.map((one) => one.of).join(),
  gone.map((one) => one.of).join(),
]

describe('states that somebody was told of', () => {
  it('are told again once they have changed, or are of another version, or are gone', () => {
    const { changed } = createToldStates()
    expect(ofs(changed('amy', [state('a', 1), state('b', 1)]))).toEqual(['a,b', ''])
    expect(ofs(changed('amy', [state('a', 1), state('b', 2)]))).toEqual(['b', ''])
    expect(ofs(changed('amy', [state('a', 1, 2)]))).toEqual(['a', 'b'])
    expect(ofs(changed('amy', []))).toEqual(['', 'a'])
    expect(ofs(changed('amy', []))).toEqual(['', ''])
  })

  it('are forgotten beyond so many, and told again', () => {
    const { changed } = createToldStates(2)
    changed('amy', [state('a', 1)])
    changed('bob', [state('a', 1), state('b', 1)])
    expect(ofs(changed('amy', [state('a', 1)]))).toEqual(['a', ''])
  })
})
