import { describe, expect, it } from 'bun:test'
import { createHash, createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import type { TreeHead } from '../../src/merkle/proof'
import { hashOfRoot, keyOfRoot } from '../../src/merkle/roots/chain'
import { createPublish } from '../../src/merkle/roots/publish'
import { createRoots, type Roots } from '../../src/merkle/roots/roots'
import { createSigner } from '../../src/merkle/roots/signer'
import type { DocumentStore } from '../../src/platform/document-store'
import type { PublishedRoot } from '../../src/platform/root-sink'
import { createSecretBox } from '../../src/platform/shared/secret-box'
import { silentLog } from '../../src/telemetry/log'

export type OpenedForRoots = {
  documents: DocumentStore
  /** Another process's view of the same documents. */
  another: DocumentStore
} & AsyncDisposable

const secretBox = createSecretBox(new Uint8Array(32).fill(5))
const box = async () => secretBox
const hourOf = (n: number) => new Date(Date.UTC(2026, 10, 30, n)).toISOString().slice(0, 13)

const head = (n: number, root = String(n)): TreeHead => ({
  hour: hourOf(n),
  treeSize: n + 1,
  root: createHash('sha256').update(root).digest('hex'),
  isClosed: true,
})
const heads = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => head(from + i))

async function faultsOf(roots: Roots, tenantId = 'school') {
  const found: string[] = []
  for await (const { fault } of roots.walk(tenantId)) {
    if (fault) found.push(`${fault.kind} ${fault.sequence}`)
  }
  return found
}

/** Holds what the chain of roots must do over the documents of any platform. */
export function rootsContract(name: string, open: () => Promise<OpenedForRoots>) {
  async function start() {
    const opened = await open()
    const { documents } = opened
    const roots = createRoots({ documents, box })
    const all = async (tenantId = 'school') => (await roots.list(tenantId, { limit: 1000 })).items
    async function change(sequence: number, change: (text: string) => string) {
      const held = (await documents.get('school', keyOfRoot(sequence)))!
      const bytes = Buffer.from(change(Buffer.from(held.bytes).toString()))
      await documents.put('school', keyOfRoot(sequence), { ...held, bytes })
    }
    return { ...opened, roots, all, change }
  }

  describe(`roots over ${name}`, () => {
    it('chains closed hours, each once and in their order, each after the one before it', async () => {
      await using test = await start()
      await test.roots.extend('school', heads(0, 3))
      await test.roots.extend('other', [head(7)])
      // A part comes again, and one that still grows is no part of it.
      const added = await test.roots.extend('school', [
        ...heads(1, 3),
        { ...head(9), isClosed: false },
      ])
      expect(added.map(({ hour }) => hour)).toEqual([hourOf(3)])
      const all = await test.all()
      expect(all.map(({ sequence, treeSize }) => [sequence, treeSize])).toEqual([
        ...[1, 2, 3, 4].map((n) => [n, n]),
      ])
      let previous = '0'.repeat(64)
      for (const root of all) {
        const { hour, treeSize, sequence } = root
        const text = JSON.stringify({
          hour,
          root: root.root,
          sequence,
          tenantId: 'school',
          treeSize,
        })
        const hash = createHash('sha256').update(`${previous}\n${text}`).digest('hex')
        expect([root.previous, root.hash, root.isClosed]).toEqual([previous, hash, true])
        expect(root).not.toHaveProperty('seal')
        previous = hash
      }
      expect(await test.roots.end('other')).toMatchObject({ sequence: 1, hour: hourOf(7) })
      expect(await faultsOf(test.roots)).toEqual([])
      expect(await faultsOf(test.roots, 'nobody')).toEqual([])
    })

    it('lists pages from either end, and finds the root of an hour', async () => {
      await using test = await start()
      await test.roots.extend('school', heads(0, 5))
      for (const isNewestFirst of [false, true]) {
        const seen: number[] = []
        for (let cursor: string | undefined; ; ) {
          const page = await test.roots.list('school', { limit: 2, cursor, isNewestFirst })
          seen.push(...page.items.map(({ sequence }) => sequence))
          cursor = page.nextCursor
          if (cursor === undefined) break
        }
        expect(seen).toEqual(isNewestFirst ? [5, 4, 3, 2, 1] : [1, 2, 3, 4, 5])
      }
      const sequences = await Promise.all(
        [0, 2, 4, 5, -1].map(async (n) => (await test.roots.ofHour('school', hourOf(n)))?.sequence),
      )
      expect(sequences).toEqual([1, 3, 5, undefined, undefined])
      for (const cursor of ['0', '-1', 'x', '1.5', `1${'0'.repeat(15)}`]) {
        const listed = test.roots.list('school', { limit: 1, cursor })
        expect(await listed.catch((error) => error.code)).toBe('invalid_cursor')
      }
      expect(await test.roots.list('school', { limit: 9, cursor: '77' })).toEqual({ items: [] })
    })

    it('goes on where a process died before it noted the end, and beside another one', async () => {
      await using test = await start()
      const dying = createRoots({
        documents: {
          get: test.documents.get,
          async put(tenantId, key, ...rest) {
            if (key[0] === 'audit-roots-end') throw new Error('killed')
            return test.documents.put(tenantId, key, ...rest)
          },
        },
        box,
      })
      expect(await dying.extend('school', heads(0, 2)).catch((error) => error.message)).toBe(
        'killed',
      )
      const other = createRoots({ documents: test.another, box })
      await Promise.all([
        test.roots.extend('school', heads(0, 4)),
        other.extend('school', heads(0, 4)),
      ])
      expect((await test.all()).map(({ hour }) => hour)).toEqual([0, 1, 2, 3].map(hourOf))
      expect(await faultsOf(test.roots)).toEqual([])
    })

    it('names what another hand did, all of it', async () => {
      await using test = await start()
      await test.roots.extend('school', heads(0, 8))
      await test.change(2, (text) => text.replace('"treeSize":2', '"treeSize":3'))
      await test.documents.delete('school', keyOfRoot(4))
      await test.change(6, () => 'no JSON')
      expect(await faultsOf(test.roots)).toEqual(['altered 2', 'removed 4', 'altered 6'])
    })

    it('is not deceived by whoever computes all hashes anew, cuts off the end, or adds to it', async () => {
      await using test = await start()
      await test.roots.extend('school', heads(0, 3))
      const last = (await test.all()).at(-1)!
      const forged = { ...last, root: 'ab'.repeat(32) }
      const hash = hashOfRoot('school', last.previous, forged)
      await test.change(3, (text) => JSON.stringify({ ...JSON.parse(text), ...forged, hash }))
      expect(await faultsOf(test.roots)).toEqual(['altered 3'])
      await test.documents.delete('school', keyOfRoot(3))
      expect(await faultsOf(test.roots)).toEqual(['removed 3'])
      // A whole chain of another installation, whose seals are under another key.
      const strange = createRoots({
        documents: test.another,
        box: async () => createSecretBox(new Uint8Array(32).fill(6)),
      })
      await strange.extend('school', heads(2, 2))
      expect((await faultsOf(test.roots))[0]).toBe('added 3')
      await test.documents.delete('school', ['audit-roots-end'])
      expect((await faultsOf(test.roots)).at(-1)).toMatch(/^removed/)
    })

    it('signs with the key of the operator, which verifies without us', async () => {
      await using test = await start()
      const { privateKey } = generateKeyPairSync('ed25519')
      const signer = createSigner(
        privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
      )
      const roots = createRoots({ documents: test.documents, box, sign: signer.sign })
      const [root] = await roots.extend('school', [head(0)])
      const key = createPublicKey({ key: signer.publicKey, format: 'jwk' })
      const isGood = (hash: string) =>
        verify(null, Buffer.from(hash, 'hex'), key, Buffer.from(root!.signature!, 'base64'))
      expect([isGood(root!.hash), isGood('00'.repeat(32))]).toEqual([true, false])
    })

    it('publishes every root to every sink in order, also after one of them was down', async () => {
      await using test = await start()
      await test.roots.extend('school', heads(0, 3))
      const got: Record<string, PublishedRoot[]> = { good: [], bad: [] }
      let isDown = true
      const sinks = ['bad', 'good'].map((name) => ({
        name,
        async put(root: PublishedRoot) {
          if (name === 'bad' && isDown && root.sequence === 2) throw new Error('down')
          got[name]!.push(root)
        },
      }))
      const publish = createPublish({ ...test, sinks, log: silentLog })
      const numbers = () => sinks.map(({ name }) => got[name]!.map(({ sequence }) => sequence))
      expect(await publish('school', 3)).toBe(false)
      expect(numbers()).toEqual([[1], [1, 2, 3]])
      isDown = false
      await test.roots.extend('school', heads(3, 1))
      expect(await publish('school', 4)).toBe(true)
      // What was not noted before the failure comes again.
      expect(numbers()).toEqual([
        [1, 1, 2, 3, 4],
        [1, 2, 3, 4],
      ])
      const { isClosed: _, ...said } = (await test.all())[0]!
      expect(got.good![0]).toEqual({ type: 'nonius/root/1', tenantId: 'school', ...said })
    })
  })
}
