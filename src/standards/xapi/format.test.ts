import { describe, expect, it } from 'bun:test'
import { activityObject, mergedDefinition } from './definition'
import { activityIdsIn, asCanonical, asIds } from './format'
import { choose, languagesOf } from './languages'
import { personOf } from './person'

const mbox = 'mailto:ann@example.org'
const ann = { objectType: 'Agent', name: 'Ann', mbox }
const group = {
  objectType: 'Group',
  name: 'G',
  member: [ann, { name: 'B', openid: 'https://b.example' }],
}
const quiz = {
  id: 'a:quiz',
  definition: {
    name: { de: 'Prüfung', 'en-US': 'Quiz' },
    extensions: { 'x:y': { en: 1, de: 2 } },
    interactionType: 'choice',
    choices: [{ id: 'c', description: { de: 'Ja', en: 'Yes' } }],
  },
}
const verb = { id: 'v:did', display: { en: 'did', de: 'tat' } }
const inner = { objectType: 'SubStatement', actor: group, verb, object: quiz }
const statement = {
  actor: ann,
  verb,
  object: inner,
  context: {
    instructor: { objectType: 'Group', name: 'T', mbox, member: [ann] },
    contextActivities: { parent: [{ ...quiz, objectType: 'Activity', id: 'a:parent' }] },
    contextAgents: [{ objectType: 'contextAgent', agent: ann }],
    contextGroups: [{ objectType: 'contextGroup', group }],
  },
  result: { score: { raw: 1 } },
}

describe('format=ids', () => {
  it('leaves what identifies, everywhere', () => {
    const someone = { objectType: 'Agent', mbox }
    const somebodies = { objectType: 'Group', member: [someone, { openid: 'https://b.example' }] }
    expect(JSON.parse(asIds(JSON.stringify(statement)))).toEqual({
      actor: someone,
      verb: { id: 'v:did' },
      object: {
        objectType: 'SubStatement',
        actor: somebodies,
        verb: { id: 'v:did' },
        object: { id: 'a:quiz' },
      },
      context: {
        instructor: { objectType: 'Group', mbox },
        contextActivities: { parent: [{ id: 'a:parent' }] },
        contextAgents: [{ objectType: 'contextAgent', agent: someone }],
        contextGroups: [{ objectType: 'contextGroup', group: somebodies }],
      },
      result: { score: { raw: 1 } },
    })
  })

  it('leaves the rest of the text as it is', () => {
    const text = `{"verb": {"display":{},"id":"v:1"} , "result": {"score":{"raw":1.10}}}`
    expect(asIds(text)).toBe(`{"verb": {"id":"v:1"} , "result": {"score":{"raw":1.10}}}`)
  })
})

describe('format=canonical', () => {
  const canonical = (
    header: string,
    definitionOf?: (id: string) => Record<string, unknown> | undefined,
  ) =>
    JSON.parse(
      asCanonical(JSON.stringify(statement), {
        languages: languagesOf(header),
        ...(definitionOf && { definitionOf }),
      }),
    )

  it('has one language of each map, judged alone, and agents as they were', () => {
    const made = canonical('en')
    expect(made.actor).toEqual(ann)
    expect(made.verb.display).toEqual({ en: 'did' })
    expect(made.object.object.definition).toEqual({
      ...quiz.definition,
      name: { 'en-US': 'Quiz' },
      choices: [{ id: 'c', description: { en: 'Yes' } }],
    })
    expect(made.context.contextActivities.parent[0].definition.name).toEqual({ 'en-US': 'Quiz' })
    expect(canonical('de').object.actor).toEqual(group)
  })

  it('has the definition that the record store merged', () => {
    const known = { name: { en: 'Known', fr: 'Connu' } }
    const made = canonical('fr', (id) => (id === 'a:quiz' ? known : undefined))
    expect(made.object.object.definition).toEqual({ name: { fr: 'Connu' } })
    expect(made.context.contextActivities.parent[0].definition.name).toEqual({ 'en-US': 'Quiz' })
    expect(activityIdsIn(JSON.stringify(statement))).toEqual(['a:quiz', 'a:parent'])
  })
})

describe('a language is chosen', () => {
  const map = { de: '1', 'en-US': '2', 'zh-Hant': '3', fr: '4' }
  for (const [header, chosen] of [
    ['de', 'de'],
    ['DE-at', 'de'],
    ['en', 'en-US'],
    ['en-GB, fr;q=0.9', 'fr'],
    ['fr;q=0.2, de;q=0.8', 'de'],
    ['zh-Hant-CN-x-private', 'zh-Hant'],
    ['fr;q=0, nl', 'en-US'],
    ['*', 'en-US'],
    ['', 'en-US'],
    ['nl', 'en-US'],
    ['fr;q=nonsense, ;;, de', 'de'],
    ['fr;q=2, de', 'de'],
  ] as const) {
    it(`by "${header}": ${chosen}`, () => {
      expect(choose(map, languagesOf(header))).toEqual({ [chosen]: map[chosen] })
    })
  }

  it('from a map that has one, or none', () => {
    expect(choose({ de: '1' }, ['fr'])).toEqual({ de: '1' })
    expect(choose({}, ['fr'])).toEqual({})
    expect(choose({ nl: '1', de: '2' }, [])).toEqual({ nl: '1' })
  })

  it('by a header of any size', () => {
    expect(languagesOf('de,'.repeat(1e6)).length).toBeLessThanOrEqual(30)
    expect(languagesOf(undefined)).toEqual([])
  })
})

describe('what statements said of an activity', () => {
  const fragments = [
    { name: { en: 'Old', de: 'Alt' }, type: 't:1', extensions: { 'x:1': 1, 'x:2': 1 } },
    { interactionType: 'choice', choices: [{ id: 'a' }], correctResponsesPattern: ['a'] },
    { name: { en: 'New' }, extensions: { 'x:2': 2 }, moreInfo: 'https://more.example' },
    { interactionType: 'numeric' },
  ].map((one) => ({ id: 'a:1', json: JSON.stringify(one) }))

  it('becomes one definition, the newest word counting', () => {
    expect(JSON.parse(JSON.stringify(mergedDefinition(fragments)))).toEqual({
      name: { en: 'New', de: 'Alt' },
      type: 't:1',
      extensions: { 'x:1': 1, 'x:2': 2 },
      moreInfo: 'https://more.example',
      interactionType: 'numeric',
    })
    expect(JSON.parse(JSON.stringify(activityObject('a:1', [])))).toEqual({
      objectType: 'Activity',
      id: 'a:1',
    })
  })

  it('of an agent becomes a Person', () => {
    const names = ['Ann', 'Ann B.'].map((name) => ({ id: mbox, json: JSON.stringify({ name }) }))
    expect(personOf({ mbox, name: 'Ann' }, names)).toEqual({
      objectType: 'Person',
      name: ['Ann B.', 'Ann'],
      mbox: [mbox],
    })
    const account = { homePage: 'https://lms.example', name: '1' }
    expect(personOf({ account }, [])).toEqual({ objectType: 'Person', account: [account] })
  })
})
