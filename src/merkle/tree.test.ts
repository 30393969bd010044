import { describe, expect, it } from 'bun:test'
import { hash } from 'node:crypto'
import { isConsistent, isIncluded } from './check'
import { HASH_BYTES, treeHashing } from './hashes'
import { MissingTile, rootOver, TILE, treeOver } from './tree'

const hashing = treeHashing((bytes) => hash('sha256', bytes, 'buffer'))
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

/** Makes tiles of leaves, as a store keeps them. */
function tilesOf(leaves: readonly Uint8Array[]) {
  const levels = [leaves]
  while (levels.at(-1)!.length >= TILE) {
    const below = levels.at(-1)!
    const full = Math.floor(below.length / TILE)
    const tile = (at: number) => Buffer.concat(below.slice(at * TILE, (at + 1) * TILE))
    levels.push(Array.from({ length: full }, (_, at) => rootOver(tile(at), hashing)))
  }
  return (level: number, at: number) => {
    const hashes = levels[level]?.slice(at * TILE, (at + 1) * TILE)
    return hashes === undefined ? undefined : Buffer.concat(hashes)
  }
}

// The tree that logs of Certificate Transparency are tested with: its data, its roots by size, and proofs.
const data = [
  ...['', '00', '10', '2021', '3031', '40414243', '5051525354555657'],
  '606162636465666768696a6b6c6d6e6f',
]
const roots = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
]
const second = '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7'
const thirdAndFourth = '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e'
const lastFour = '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4'
const fifth = 'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b'
const lastTwo = 'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0'
const fifthAndSixth = '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a'
const inclusions: [index: number, size: number, path: string[]][] = [
  [0, 1, []],
  [0, 8, [second, thirdAndFourth, lastFour]],
  [5, 8, [fifth, lastTwo, roots[4]!]],
  [2, 3, [roots[2]!]],
  [1, 5, [roots[1]!, thirdAndFourth, fifth]],
]
const consistencies: [from: number, to: number, path: string[]][] = [
  [1, 1, []],
  [1, 8, [second, thirdAndFourth, lastFour]],
  [6, 8, [fifthAndSixth, lastTwo, roots[4]!]],
  [2, 5, [thirdAndFourth, fifth]],
]
const known = data.map((text) => hashing.leaf(Buffer.from(text, 'hex')))
const knownTree = treeOver(tilesOf(known), hashing)

describe('a tree as RFC 6962 has it', () => {
  it('has the roots and proofs of known logs', async () => {
    for (const [size, root] of roots.entries()) {
      expect(hex(await knownTree.root(size))).toBe(root)
      expect(hex(rootOver(Buffer.concat(known.slice(0, size)), hashing))).toBe(root)
    }
    for (const [index, size, path] of inclusions) {
      expect((await knownTree.inclusion(index, size)).map(hex)).toEqual(path)
    }
    for (const [from, to, path] of consistencies) {
      expect((await knownTree.consistency(from, to)).map(hex)).toEqual(path)
    }
  })

  it('proves every leaf of every size, and nothing else', async () => {
    const [sizes, changed] = [33, hashing.leaf(Buffer.from('another'))]
    const leaves = Array.from({ length: sizes }, (_, at) => hashing.leaf(Buffer.from(`${at}`)))
    const tree = treeOver(tilesOf(leaves), hashing)
    for (let treeSize = 1; treeSize <= sizes; treeSize += 1) {
      const root = await tree.root(treeSize)
      for (let leafIndex = 0; leafIndex < treeSize; leafIndex += 1) {
        const path = await tree.inclusion(leafIndex, treeSize)
        const proof = { leafHash: leaves[leafIndex]!, leafIndex, treeSize, path, root }
        const forged = [
          { ...proof, leafHash: changed },
          { ...proof, root: changed },
          { ...proof, leafIndex: leafIndex + 1 },
          { ...proof, leafIndex: -1 },
          { ...proof, leafIndex: 0.5 },
          { ...proof, treeSize: 0 },
          { ...proof, path: [...path, changed] },
          ...path.map((_, at) => ({ ...proof, path: path.with(at, changed) })),
          ...(path.length > 0 ? [{ ...proof, path: path.slice(1) }] : []),
        ]
        expect(isIncluded(proof, hashing)).toBe(true)
        expect(forged.map((one) => isIncluded(one, hashing))).toEqual(forged.map(() => false))
      }
    }
  })

  it('proves that any tree is the beginning of any later one, and no other is', async () => {
    const leaves = Array.from({ length: 20 }, (_, at) => hashing.leaf(Buffer.from(`${at}`)))
    const others = leaves.with(1, hashing.leaf(Buffer.from('another')))
    const [tree, other] = [leaves, others].map((all) => treeOver(tilesOf(all), hashing))
    const at = async (of: typeof tree, treeSize: number) => ({
      treeSize,
      root: await of!.root(treeSize),
    })
    for (let from = 0; from <= leaves.length; from += 1) {
      for (let to = from; to <= leaves.length; to += 1) {
        const path = await tree!.consistency(from, to)
        const proof = { from: await at(tree, from), to: await at(tree, to), path }
        expect(isConsistent(proof, hashing)).toBe(true)
        const changed = hashing.empty
        const forged = [
          ...(from < 2 ? [] : [{ ...proof, from: await at(other, from) }]),
          ...(to < 2 || from === 0 ? [] : [{ ...proof, to: await at(other, to) }]),
          ...(from === to ? [] : [{ ...proof, from: proof.to, to: proof.from }]),
          { ...proof, path: [...path, changed] },
          ...path.map((_, place) => ({ ...proof, path: path.with(place, changed) })),
          ...(path.length > 0 ? [{ ...proof, path: path.slice(1) }] : []),
        ]
        expect(forged.map((one) => isConsistent(one, hashing))).toEqual(forged.map(() => false))
      }
    }
  })

  it('computes the same from tiles of every level', async () => {
    const sizes = [255, 256, 257, 511, 512, 65_535, 65_536, 65_537, 66_048]
    const leaves = Array.from({ length: 66_050 }, (_, at) => hashing.leaf(Buffer.from(`${at}`)))
    const readTile = tilesOf(leaves)
    const tree = treeOver(readTile, hashing)
    const last = await tree.root(leaves.length)
    for (const treeSize of sizes) {
      const root = await tree.root(treeSize)
      expect(hex(root)).toBe(hex(rootOver(Buffer.concat(leaves.slice(0, treeSize)), hashing)))
      for (const leafIndex of [0, treeSize >> 1, treeSize - 1]) {
        const path = await tree.inclusion(leafIndex, treeSize)
        const proof = { leafHash: leaves[leafIndex]!, leafIndex, treeSize, path, root }
        expect(isIncluded(proof, hashing)).toBe(true)
      }
      const path = await tree.consistency(treeSize, leaves.length)
      const to = { treeSize: leaves.length, root: last }
      expect(isConsistent({ from: { treeSize, root }, to, path }, hashing)).toBe(true)
    }
    // A proof in a large tree reads one tile for each level and those at the tree's edge, and not all 258.
    const asked = new Set<string>()
    const counted = treeOver((level, at) => {
      asked.add(`${level}/${at}`)
      return readTile(level, at)
    }, hashing)
    await counted.inclusion(1000, leaves.length)
    expect(asked.size).toBeLessThan(7)
  })

  it('refuses what is no leaf or size, and tiles that lack a hash', async () => {
    for (const [index, size] of [
      [0, 0],
      [8, 8],
      [-1, 8],
      [0.5, 8],
      [0, Number.NaN],
    ] as const) {
      await expect(knownTree.inclusion(index, size)).rejects.toThrow(RangeError)
    }
    for (const [from, to] of [
      [2, 1],
      [-1, 1],
      [0.5, 1],
      [0, Number.POSITIVE_INFINITY],
    ] as const) {
      await expect(knownTree.consistency(from, to)).rejects.toThrow(RangeError)
    }
    await expect(knownTree.root(9)).rejects.toThrow(MissingTile)
    const cut = treeOver(() => Buffer.concat(known).subarray(0, 3 * HASH_BYTES - 1), hashing)
    await expect(cut.root(3)).rejects.toThrow('Tile 0 of level 0 is missing or too short')
    expect(await cut.root(2)).toEqual(await knownTree.root(2))
    const none = treeOver(() => undefined, hashing)
    await expect(none.inclusion(0, 2)).rejects.toThrow(MissingTile)
  })
})
