import { expect, it } from 'bun:test'
import { cellValue } from './lake-records'

it('gives a time as a record has it, however an engine writes it', () => {
  for (const written of [
    '2026-11-21T09:30:00.000Z',
    '2026-11-21 09:30:00.000Z',
    '2026-11-21 09:30:00.000+00',
    '2026-11-21T09:30:00Z',
  ]) {
    expect(cellValue('timestamp', written)).toBe('2026-11-21T09:30:00.000Z')
  }
  expect(cellValue('timestamp', null)).toBeUndefined()
})
