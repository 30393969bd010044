import { describe, expect, it } from 'bun:test'
import { type Canary, sentBy } from '../support/canary'
import { rules, startGovernedTest } from '../support/governed'
import { around, readable } from '../support/readable'
import { shared } from '../support/shared'

// Every file of one machine is searched in tests/local/governance-canary.test.ts.
describe('a learner whom a policy does not let us keep', () => {
  const started = shared(startGovernedTest)

  for (const [name, text, policy] of [
    ['without any', 'canary8control', undefined],
    ['of pseudonyms', 'canary8pseudonym', { rules: [rules.pseudonyms] }],
    ['of consent', 'canary8consent', { rules: [rules.asked('drop')] }],
    ['for children', 'canary8child', { unreadable: 'withhold' }],
  ] as const) {
    it(`is in no store and no answer, whichever door they come by: ${name}`, async () => {
      const test = await started()
      const school = await test.tenant(policy)
      const canary: Canary = { text, isUnder13: name === 'for children' }
      const answers: string[] = []
      for (const { path, headers, body } of sentBy(canary)) {
        const response = await school.post(path, body, headers)
        expect(response.status).toBeLessThan(500)
        expect(response.status).not.toBe(404)
        answers.push([...response.headers].join(), await response.text())
      }
      const kept = await readable(test.platform, school.tenantId)
      if (policy === undefined) return expect(kept).toContain(text)
      expect(around(kept, text)).toBe('')
      expect(around(answers.join('\n'), text)).toBe('')
    })
  }
})
