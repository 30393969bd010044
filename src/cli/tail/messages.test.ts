import { describe, expect, it } from 'bun:test'
import { createMessages, type Message } from './messages'

const message = (data: string, id = '', name = 'message'): Message => ({ name, id, data })

const streams: [text: string, messages: Message[]][] = [
  ['data: a\n\n', [message('a')]],
  ['data:a\r\n\r\ndata:  b\r\rdata\n\n', [message('a'), message(' b'), message('')]],
  [':\n\nretry: 2000\n\ndata: 1\ndata: 2\n\n', [message('1\n2')]],
  [
    'id: 7\nevent: ready\ndata: {}\n\ndata: x\n\n',
    [message('{}', '7', 'ready'), message('x', '7')],
  ],
  ['id: 7\n\ndata: x\n\n', [message('x', '7')]],
  ['id: a\0b\ndata: x\n\n', [message('x')]],
  ['id: 1\nid\ndata: é€😀\n\n', [message('é€😀')]],
  ['event\ndata: x\n\nevent: y\n\ndata: z\n\n', [message('x'), message('z')]],
  ['datas: x\n data: y\n\n', []],
  ['data: unfinished\n', []],
  ['data: unfinished', []],
]

describe('the messages of an event stream', () => {
  for (const [text, messages] of streams) {
    it(`reads ${JSON.stringify(text)} wherever it is cut`, () => {
      const bytes = Buffer.from(text)
      for (let cut = 0; cut <= bytes.length; cut += 1) {
        const reading = createMessages()
        const parts = [bytes.subarray(0, cut), bytes.subarray(cut)]
        expect(parts.flatMap((part) => [...reading.add(part)])).toEqual(messages)
      }
      const slowly = createMessages()
      expect([...bytes].flatMap((byte) => [...slowly.add(Uint8Array.of(byte))])).toEqual(messages)
    })
  }

  it('reads a large message in time that grows with its length', () => {
    const reading = createMessages()
    const part = Buffer.from(`data: ${'x'.repeat(100)}\n`)
    const begun = performance.now()
    for (let turn = 0; turn < 20_000; turn += 1) for (const _ of reading.add(part)) expect().fail()
    const [whole] = [...reading.add(Buffer.from('\n'))]
    expect(whole!.data.length).toBe(101 * 20_000 - 1)
    expect(performance.now() - begun).toBeLessThan(2000)
  })
})
