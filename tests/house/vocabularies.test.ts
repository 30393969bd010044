import { describe, expect, it } from 'bun:test'
import { actions } from '../../src/standards/caliper/model/actions'
import { typesInOrder } from '../../src/standards/native/types/listing'
import { buildVocabularies } from '../../tools/vocabularies/main'
import { read } from '../support/repository'

describe('the vocabularies of native events', () => {
  for (const [file, text] of Object.entries(buildVocabularies())) {
    it(`are in ${file} as in their sources: npm run vocabularies`, () => {
      expect(read(file) === text).toBe(true)
    })
  }

  it("say actions in Caliper's words", () => {
    const said = [...typesInOrder([], []).values()].flatMap(({ commonAction = [] }) => commonAction)
    expect(said.filter((action) => !actions.has(action))).toEqual([])
    expect(said.length).toBeGreaterThan(30)
  })
})
