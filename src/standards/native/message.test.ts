import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { AppError } from '../../error/app-error'
import type { Reading } from '../../event/reading'
import { readNativeMessage } from './message'

const at = '2026-11-21T09:30:00.000Z'
const contents = ({ items }: Reading) =>
  items.map((item) => ('event' in item ? JSON.parse(item.event.raw) : JSON.parse(item.raw)))

describe('A message without a header', () => {
  // As JSON has it: there is no -0.
  const json = fc.jsonValue().map((one) => JSON.parse(JSON.stringify(one)))
  const value = fc.oneof(
    fc.record({ event_type: fc.string(), properties: fc.dictionary(fc.string(), json) }),
    fc.dictionary(fc.string(), json),
  )

  it('says the same as an array, as lines, and written with any indentation', () => {
    const values = fc.array(value, { minLength: 2, maxLength: 10 })
    const spaces = fc.integer({ min: 0, max: 4 })
    const property = fc.property(
      values,
      spaces,
      fc.constantFrom('\n', '\r\n'),
      (all, indent, end) => {
        const lines = all.map((one) => JSON.stringify(one)).join(end)
        const array = JSON.stringify(all, null, indent)
        expect(contents(readNativeMessage(lines, { receivedAt: at, context: {} }))).toEqual(all)
        expect(contents(readNativeMessage(array, { receivedAt: at, context: {} }))).toEqual(all)
        expect(
          contents(
            readNativeMessage(JSON.stringify(all[0], null, indent), {
              receivedAt: at,
              context: {},
            }),
          ),
        ).toEqual([all[0]!])
      },
    )
    fc.assert(property)
  })

  it('is read, or refused with a reason, whatever is in it', () => {
    const anything = fc.oneof(
      fc.string(),
      fc.json(),
      fc.array(fc.json()).map((all) => all.join('\n')),
    )
    const property = fc.property(anything, (text) => {
      try {
        expect(readNativeMessage(text, { receivedAt: at, context: {} }).standard).toBe('native')
      } catch (error) {
        expect(error).toBeInstanceOf(AppError)
      }
    })
    fc.assert(property, { numRuns: 1000 })
  })

  it('costs a bad line nothing but itself', () => {
    const { items } = readNativeMessage('{"event_type":"a"}\nhello\n{"event_type":"b"}', {
      receivedAt: at,
      context: {},
    })
    expect(items.map((item) => 'event' in item)).toEqual([true, false, true])
  })
})
