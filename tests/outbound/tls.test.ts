import { describe, expect, it } from 'bun:test'
import { join } from 'node:path'
import { temporaryFolder } from '../support/folders'

describe.skipIf(!Bun.which('openssl'))('A call over TLS', () => {
  it('is taken by the name, or the address, that the certificate vouches for, and by no other', async () => {
    using folder = temporaryFolder()
    const [key, cert] = [join(folder.path, 'key'), join(folder.path, 'cert')]
    const names = 'subjectAltName=DNS:hook.example,IP:127.0.0.1'
    const made = Bun.spawnSync(
      `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1
       -subj /CN=hook.example -addext ${names} -keyout ${key} -out ${cert}`.split(/\s+/),
    )
    expect(made.exitCode).toBe(0)
    const program = join(import.meta.dir, 'call-over-tls.ts')
    const child = Bun.spawn([process.execPath, program, key, cert], {
      env: { ...process.env, NODE_EXTRA_CA_CERTS: cert },
      stderr: 'inherit',
    })
    const { replies, heard } = JSON.parse(await new Response(child.stdout).text())
    const taken = { kind: 'answered', status: 202 }
    expect(replies).toMatchObject({ 'hook.example': taken, '127.0.0.1': taken })
    expect(replies['other.example']).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('certificate'),
    })
    expect(heard).toBe(2)
  })
})
