import { describe, expect, it } from 'bun:test'
import { createHash, hash, randomBytes } from 'node:crypto'
import { treeHashing } from '../../../src/merkle/hashes'
import { rootOver, treeOver } from '../../../src/merkle/tree'
import { type ChainedRoot, type Proof, verifyChain, verifyConsistency, verifyProof } from './proofs'

const hashing = treeHashing((bytes) => hash('sha256', bytes, 'buffer'))
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

/** A tree as a server has it, of items as they were sent. */
function treeOf(items: readonly string[]) {
  const salts = items.map(() => randomBytes(16))
  const leaves = items.map((item, at) =>
    hashing.leaf(Buffer.concat([salts[at]!, hash('sha256', item, 'buffer')])),
  )
  const tree = treeOver(() => Buffer.concat(leaves), hashing)
  return {
    ...{
      tree,
      root: (size: number) => hex(rootOver(Buffer.concat(leaves.slice(0, size)), hashing)),
    },
    async proof(leafIndex: number): Promise<Proof> {
      const treeSize = items.length
      const path = (await tree.inclusion(leafIndex, treeSize)).map(hex)
      const { root } = this
      return {
        ...{ leafIndex, treeSize, path, root: root(treeSize) },
        ...{ salt: hex(salts[leafIndex]!), leafHash: hex(leaves[leafIndex]!) },
      }
    },
  }
}

const items = Array.from({ length: 13 }, (_, n) => `{"id":"e-${n}","name":"Größe 🙂"}`)

describe('proofs', () => {
  it('hold for what was sent, as text or as bytes, and for nothing else', async () => {
    const other = 'ab'.repeat(32)
    for (let count = 1; count <= items.length; count += 1) {
      const tree = treeOf(items.slice(0, count))
      for (let at = 0; at < count; at += 1) {
        const proof = await tree.proof(at)
        expect(await verifyProof(proof, items[at]!)).toEqual({ holds: true })
        expect(await verifyProof(proof, Buffer.from(items[at]!), proof.root)).toEqual({
          holds: true,
        })
        const forged: [Partial<Proof>, string?, string?][] = [
          [{}, `${items[at]} `],
          [{}, items[at]!, other],
          [{ root: other }],
          [{ leafHash: other }],
          [{ salt: '00'.repeat(16) }],
          [{ leafIndex: at + 1 }],
          [{ path: [...proof.path, other] }],
          ...(count > 1 ? [[{ path: proof.path.slice(1) }] as [Partial<Proof>]] : []),
          ...proof.path.map((_, n): [Partial<Proof>] => [{ path: proof.path.with(n, other) }]),
        ]
        for (const [change, item = items[at]!, known] of forged) {
          const { holds } = await verifyProof({ ...proof, ...change }, item, known)
          expect([change, item, holds]).toEqual([change, item, false])
        }
      }
    }
  })

  it('say of what is no proof that it is none', async () => {
    const proof = await treeOf(items).proof(3)
    const odd = [
      undefined,
      null,
      3,
      '',
      'AB'.repeat(32),
      'zz'.repeat(32),
      {},
      [3],
      Array(65).fill(proof.root),
    ]
    for (const member of ['salt', 'leafHash', 'root', 'path'] as const) {
      for (const value of odd) {
        const verdict = await verifyProof({ ...proof, [member]: value } as Proof, items[3]!)
        expect(verdict.holds).toBe(false)
      }
    }
    for (const value of [-1, 0.5, Number.NaN, 2 ** 53, '3', undefined]) {
      for (const member of ['leafIndex', 'treeSize']) {
        expect((await verifyProof({ ...proof, [member]: value } as Proof, items[3]!)).holds).toBe(
          false,
        )
      }
    }
  })

  it('show that a tree goes on, and what another one is', async () => {
    const [tree, other] = [treeOf(items), treeOf(items)]
    for (let from = 1; from <= items.length; from += 1) {
      for (let to = from; to <= items.length; to += 1) {
        const path = (await tree.tree.consistency(from, to)).map(hex)
        const proof = {
          from: { treeSize: from, root: tree.root(from) },
          to: { treeSize: to, root: tree.root(to) },
          path,
        }
        expect(await verifyConsistency(proof)).toEqual({ holds: true })
        const forged = [
          { ...proof, from: { treeSize: from, root: other.root(from) } },
          { ...proof, to: { treeSize: to, root: other.root(to) } },
          { ...proof, path: [...path, other.root(1)] },
          ...(from < to ? [{ ...proof, from: proof.to, to: proof.from }] : []),
          ...path.map((_, at) => ({ ...proof, path: path.with(at, other.root(1)) })),
        ]
        for (const one of forged) expect((await verifyConsistency(one)).holds).toBe(false)
      }
    }
  })

  it('show that roots follow each other', async () => {
    const roots: ChainedRoot[] = []
    for (let sequence = 1; sequence <= 4; sequence += 1) {
      const previous = roots.at(-1)?.hash ?? '0'.repeat(64)
      const said = {
        hour: `2026-11-30T0${sequence}`,
        root: hex(hashing.empty),
        sequence,
        tenantId: 'school',
        treeSize: 0,
      }
      const made = createHash('sha256')
        .update(`${previous}\n${JSON.stringify(said)}`)
        .digest('hex')
      const { tenantId: _, ...shown } = said
      roots.push({ ...shown, hash: made, previous })
    }
    expect(await verifyChain('school', roots)).toEqual({ holds: true })
    expect(await verifyChain('school', roots.slice(2))).toEqual({ holds: true })
    const forged = [
      roots.toSpliced(1, 1),
      roots.with(1, { ...roots[1]!, treeSize: 1 }),
      roots.with(3, { ...roots[3]!, previous: roots[0]!.hash }),
      roots.toReversed(),
    ]
    for (const one of forged) expect((await verifyChain('school', one)).holds).toBe(false)
    expect((await verifyChain('college', roots)).holds).toBe(false)
  })
})
