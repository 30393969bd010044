import { describe, expect, it } from 'bun:test'
import { readableBytes, socketsWithin } from './how-many'

const KILOBYTE = 1024
const GIGABYTE = 1024 ** 3

const examples = [
  { memory: GIGABYTE / 2, message: 512 * KILOBYTE, publishers: 85, subscribers: 214, refused: 42 },
  {
    memory: 2 * GIGABYTE,
    message: 512 * KILOBYTE,
    publishers: 341,
    subscribers: 924,
    refused: 100,
  },
  {
    memory: 8 * GIGABYTE,
    message: 512 * KILOBYTE,
    publishers: 512,
    subscribers: 4849,
    refused: 100,
  },
  { memory: GIGABYTE / 2, message: 16_384 * KILOBYTE, publishers: 2, subscribers: 7, refused: 2 },
]

describe('WebSockets that a memory holds', () => {
  for (const { memory, message, ...room } of examples) {
    it(`are so many with ${memory / GIGABYTE} GB, and messages of ${message / KILOBYTE} KB`, () => {
      expect(socketsWithin(memory, message)).toEqual(room)
    })
  }

  it('hold no more than three eighths of it, each with the largest message', () => {
    for (let memory = GIGABYTE / 4; memory <= 64 * GIGABYTE; memory *= 1.7) {
      for (const message of [1, 64 * KILOBYTE, 512 * KILOBYTE, 2048 * KILOBYTE]) {
        const { publishers, subscribers, refused } = socketsWithin(memory, message)
        const held = (publishers + subscribers + refused) * readableBytes(message)
        expect(held).toBeLessThanOrEqual((memory * 3) / 8)
      }
    }
  })
})
