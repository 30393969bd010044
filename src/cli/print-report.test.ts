import { describe, expect, it } from 'bun:test'
import { anEvent } from '../../tests/support/envelopes'
import { createFileReport } from './file-report'
import { printReport } from './print-report'

function reportOn(item: unknown) {
  const report = createFileReport('events.json')
  const place = { in: { document: 0, line: 1 }, steps: [], line: 1, column: 1 }
  report.take({ kind: 'item', ...place, text: JSON.stringify(item), value: item })
  return report.done()
}

describe('a report on a terminal', () => {
  it('has colours there, and says the same without', () => {
    const report = reportOn(anEvent({ id: '7', group: null }))
    const coloured = printReport(report, true)
    const plain = printReport(report, false)
    expect(coloured).toContain('\u001b[31merror  invalid_id')
    expect(coloured).toContain('\u001b[33mwarning  empty_value')
    expect(plain).not.toContain('\u001b')
    expect(Bun.stripANSI(coloured)).toBe(plain)
  })

  it('is green when all conforms', () => {
    expect(printReport(reportOn(anEvent()), true)).toContain('\u001b[32m0 errors, 0 warnings')
  })
})
