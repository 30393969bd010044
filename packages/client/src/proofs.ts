/**
 * What `GET /audit/proofs/ID` answers, of which `kept` has the same members for what is kept where that is
 * another text. Hashes are hexadecimal.
 */
export interface Proof {
  salt?: string
  leafHash: string
  leafIndex: number
  treeSize: number
  path: readonly string[]
  root: string
  hour?: string
}

/** A root as `GET /audit/roots` lists it, once its hour is closed and chained. */
export interface ChainedRoot {
  hour: string
  treeSize: number
  root: string
  sequence: number
  hash: string
  previous: string
}

/** Two sizes of one tree, as `GET /audit/consistency` has them in `trees`. */
export interface TreeConsistency {
  from: { treeSize: number; root: string }
  to: { treeSize: number; root: string }
  path: readonly string[]
}

/** If it does not hold, `why` says in a sentence what is wrong. */
export type Verdict = { holds: true } | { holds: false; why: string }

const HASH = /^[0-9a-f]{64}$/
const SALT = /^[0-9a-f]{32}$/
// A tree of 2^53 leaves has paths of as many hashes.
const MAX_PATH = 64

/**
 * Tells whether an item, exactly as it was sent, is in the tree with this root. It asks nobody: all that it
 * takes is here, and SHA-256 of the browser or of Node (in a page, over HTTPS or from localhost alone).
 * @param item its text, or its bytes in UTF-8
 * @param knownRoot the root as the reader has it from elsewhere: without it, the proof is only as good as
 * whoever gave the root in it
 * @throws {Error} where this page may not compute SHA-256
 */
export async function verifyProof(
  proof: Proof,
  item: string | Uint8Array,
  knownRoot?: string,
): Promise<Verdict> {
  const { salt, leafHash, leafIndex, treeSize, path, root } = proof
  if (typeof salt !== 'string' || !SALT.test(salt))
    return not('The proof has no salt of 32 hexadecimal digits.')
  const formed = [leafHash, root].every(isHash) && isPath(path)
  if (!formed || !isSize(treeSize) || !isSize(leafIndex) || leafIndex >= treeSize) {
    return not('The proof is not in the form of one.')
  }
  const digest = await sha256(typeof item === 'string' ? new TextEncoder().encode(item) : item)
  const leaf = hexOf(await sha256(joined(Uint8Array.of(0), bytesOf(salt), digest)))
  if (leaf !== leafHash)
    return not('This is not the item that was stored, or the leaf is another’s.')
  let [at, last] = [leafIndex, treeSize - 1]
  let hash = leaf
  for (const sibling of path) {
    if (last === 0) return not('The path is too long for a tree of this size.')
    if (at % 2 === 1 || at === last) {
      hash = await nodeOf(sibling, hash)
      while (at % 2 === 0 && at !== 0) [at, last] = [half(at), half(last)]
    } else {
      hash = await nodeOf(hash, sibling)
    }
    ;[at, last] = [half(at), half(last)]
  }
  if (last !== 0) return not('The path is too short for a tree of this size.')
  if (hash !== root) return not('The path leads to another root.')
  if (knownRoot !== undefined && knownRoot !== root) {
    return not('The root is another than the one that is known.')
  }
  return { holds: true }
}

/** Tells whether a tree of one size is the beginning of the same tree at another. */
export async function verifyConsistency({ from, to, path }: TreeConsistency): Promise<Verdict> {
  const sizes = [from.treeSize, to.treeSize]
  if (![from.root, to.root].every(isHash) || !isPath(path) || !sizes.every(isSize)) {
    return not('The proof is not in the form of one.')
  }
  if (from.treeSize > to.treeSize) return not('The later tree is smaller.')
  if (from.treeSize === to.treeSize || from.treeSize === 0) {
    const empty = hexOf(await sha256(new Uint8Array()))
    const isSame =
      from.treeSize === 0 && to.treeSize > 0 ? from.root === empty : from.root === to.root
    return isSame && path.length === 0 ? { holds: true } : not('These are roots of two trees.')
  }
  // A full tree stands in the later one as it is, and its root need not be said.
  const isFull = Number.isInteger(Math.log2(from.treeSize))
  const [first, ...rest] = isFull ? [from.root, ...path] : path
  if (first === undefined) return not('The path is too short.')
  let [at, last] = [from.treeSize - 1, to.treeSize - 1]
  while (at % 2 === 1) [at, last] = [half(at), half(last)]
  let [earlier, later] = [first, first]
  for (const sibling of rest) {
    if (last === 0) return not('The path is too long.')
    if (at % 2 === 1 || at === last) {
      earlier = await nodeOf(sibling, earlier)
      later = await nodeOf(sibling, later)
      while (at % 2 === 0 && at !== 0) [at, last] = [half(at), half(last)]
    } else {
      later = await nodeOf(later, sibling)
    }
    ;[at, last] = [half(at), half(last)]
  }
  if (last !== 0) return not('The path is too short.')
  if (earlier !== from.root) return not('The path leads to another earlier root.')
  return later === to.root ? { holds: true } : not('The path leads to another later root.')
}

/**
 * Tells whether roots follow each other without a gap, the oldest first: a reader who kept `hash` of one
 * knows by it all that came before.
 * @param tenantId the organisation whose they are, which is hashed, too
 */
export async function verifyChain(
  tenantId: string,
  roots: readonly ChainedRoot[],
): Promise<Verdict> {
  let before: ChainedRoot | undefined
  for (const one of roots) {
    const { hour, root, sequence, treeSize, hash, previous } = one
    if (before !== undefined) {
      const isNext = sequence === before.sequence + 1 && previous === before.hash
      if (!isNext) return not(`Root ${sequence} does not follow root ${before.sequence}.`)
    }
    const said = JSON.stringify({ hour, root, sequence, tenantId, treeSize })
    const made = hexOf(await sha256(new TextEncoder().encode(`${previous}\n${said}`)))
    if (made !== hash) return not(`Root ${sequence} is not what its hash says.`)
    before = one
  }
  return { holds: true }
}

const not = (why: string): Verdict => ({ holds: false, why })
const isHash = (text: unknown): text is string => typeof text === 'string' && HASH.test(text)
const isSize = (size: unknown) => Number.isSafeInteger(size) && (size as number) >= 0
const half = (value: number) => Math.floor(value / 2)

function isPath(path: unknown): path is readonly string[] {
  return Array.isArray(path) && path.length <= MAX_PATH && path.every(isHash)
}

async function nodeOf(left: string, right: string): Promise<string> {
  return hexOf(await sha256(joined(Uint8Array.of(1), bytesOf(left), bytesOf(right))))
}

async function sha256(bytes: Uint8Array): Promise<Uint8Array> {
  const { subtle } = globalThis.crypto ?? {}
  if (subtle === undefined) throw new Error('SHA-256 is for pages over HTTPS, or from localhost.')
  return new Uint8Array(await subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>))
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16))
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
