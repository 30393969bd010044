import { expect, it } from 'bun:test'
import fc from 'fast-check'
import { AppError } from '../error/app-error'
import { type LinePiece, linePieces } from './line-pieces'

const sizes = { pieceBytes: 8, pieceLines: 3, maxLineBytes: 20 }

async function* inChunks(bytes: Uint8Array, cuts: readonly number[]) {
  let at = 0
  for (let turn = 0; at < bytes.length; turn += 1) {
    const end = at + (cuts[turn % cuts.length] ?? 1)
    yield bytes.subarray(at, end)
    at = end
  }
}

async function piecesOf(text: string, cuts: readonly number[], within = sizes) {
  const pieces: LinePiece[] = []
  for await (const piece of linePieces(inChunks(Buffer.from(text), cuts), within)) {
    pieces.push({ ...piece, bytes: Uint8Array.from(piece.bytes) })
  }
  return pieces
}

const line = fc.string({ unit: fc.constantFrom('a', 'é', ' ', '\r'), maxLength: 9 })
const body = fc.array(line, { maxLength: 30 }).map((lines) => lines.join('\n'))
const chunking = fc.array(
  fc.nat({ max: 12 }).map((size) => size + 1),
  { minLength: 1 },
)

it('cuts a body into the same lines, however it comes', async () => {
  await fc.assert(
    fc.asyncProperty(body, chunking, async (text, cuts) => {
      const pieces = await piecesOf(text, cuts)
      expect(Buffer.concat(pieces.map(({ bytes }) => bytes)).toString()).toBe(text)
      expect(pieces.map(({ isLast }) => isLast)).toEqual(
        pieces.map((_, place) => place === pieces.length - 1),
      )
      for (const { bytes, lines, isLast } of pieces) {
        const ends = bytes.filter((byte) => byte === 10).length
        const hasOpenEnd = bytes.at(-1) !== 10
        expect(lines).toBe(ends + Number(hasOpenEnd))
        if (hasOpenEnd) expect(isLast).toBe(true)
        expect(lines).toBeLessThanOrEqual(sizes.pieceLines + Number(isLast))
        expect(bytes.length).toBeLessThan(sizes.pieceBytes + sizes.maxLineBytes)
      }
    }),
  )
})

it('refuses a line that is too long by its number, before it has come whole', async () => {
  for (const cuts of [[1], [7], [1000]]) {
    const thrown = await piecesOf(`a\nb\n${'c'.repeat(21)}`, cuts).catch((error) => error)
    expect(thrown).toBeInstanceOf(AppError)
    expect(thrown).toMatchObject({ code: 'too_large', errors: [{ path: [2] }] })
    expect(await piecesOf(`a\nb\n${'c'.repeat(20)}`, cuts)).not.toEqual([])
  }
})
