import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { installed, run } from './emulators/install'

// Lambda's nodejs24.x runs this version; npm carries the binaries.
const NODE = '24.21.0'

/** Installs the Node of Lambda's runtime. @returns the path of its binary */
export function installNode(): string {
  const { platform, arch } = process
  const name = `node-${platform === 'win32' ? 'win' : platform}-${arch}`
  const home = installed('node', NODE, (folder) => {
    run(
      'npm',
      ['install', '--no-audit', '--no-fund', '--prefix', folder, `${name}@${NODE}`],
      folder,
    )
  })
  const binary = join(home, 'node_modules', name, 'bin', 'node')
  if (!existsSync(binary)) throw new Error(`${name} has no ${binary}`)
  return binary
}
