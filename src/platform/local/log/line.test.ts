import { expect, it } from 'bun:test'
import { aRecord } from '../../../../tests/support/records'
import { decoderFor, encodeLine, lineNames } from './line'

const decode = decoderFor(lineNames)

it('reads back what was sent, also where SQL is given another text', () => {
  for (const raw of ['{"a":"\\ud800"}', '{"a":"\\udc00\\ud800"}', '{"a":"\\u0000"}', '{"a":1}']) {
    const { head, raw: last } = encodeLine(aRecord({ raw }))
    expect(decode(head + last).raw).toBe(raw)
  }
})
