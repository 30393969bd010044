import { describe, expect, it } from 'bun:test'
import { join } from 'node:path'
import { temporaryFolder } from '../support/folders'

const NAMES = 'subjectAltName=DNS:hook.example,DNS:*.hook.example,IP:127.0.0.1'

function openssl(command: string) {
  expect(Bun.spawnSync(['openssl', ...command.trim().split(/\s+/)]).exitCode).toBe(0)
}

/** Makes `NAME.key` and `NAME.cert`, signed by itself, good for so many days from now on. */
async function certify(folder: string, name: string, days: number) {
  const at = (suffix: string) => join(folder, `${name}.${suffix}`)
  openssl(`req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=hook.example
    -keyout ${at('key')} -out ${at('request')}`)
  await Bun.write(at('names'), NAMES)
  openssl(`x509 -req -in ${at('request')} -signkey ${at('key')} -days ${days}
    -extfile ${at('names')} -out ${at('cert')}`)
  return Bun.file(at('cert')).text()
}

describe.skipIf(!Bun.which('openssl'))('A call over TLS', () => {
  it('is taken by the name, or the address, that the certificate vouches for, and by no other', async () => {
    using folder = temporaryFolder()
    const trusted = [
      await certify(folder.path, 'good', 1),
      await certify(folder.path, 'expired', -1),
    ]
    await certify(folder.path, 'unknown', 1)
    const authorities = join(folder.path, 'authorities')
    await Bun.write(authorities, trusted.join('\n'))
    const program = join(import.meta.dir, 'call-over-tls.ts')
    const child = Bun.spawn([process.execPath, program, folder.path], {
      env: { ...process.env, NODE_EXTRA_CA_CERTS: authorities },
      stderr: 'inherit',
    })
    const found = JSON.parse(await new Response(child.stdout).text())
    const { replies, heard, again, met } = found
    const taken = { kind: 'answered', status: 202 }
    expect(replies).toMatchObject({
      'hook.example': taken,
      'hook.example.': taken,
      '127.0.0.1': taken,
    })
    const reasonOf = (name: string) => replies[name].reason
    expect(reasonOf('other.example')).toBe(
      'the certificate is for hook.example, *.hook.example, 127.0.0.1, not other.example',
    )
    expect(reasonOf('expired')).toMatch(/^the certificate expired on \d{4}-\d\d-\d\d$/)
    expect(reasonOf('unknown')).toStartWith('the certificate is not signed by a known authority')
    expect(heard).toBe(3)
    // With kept connections: two names have one each.
    expect({ again, met }).toEqual({ again: 4, met: 2 })
  })
})
