import { builtinModules } from 'node:module'

/**
 * Takes Node's own modules from `process.getBuiltinModule`. An `import` of one makes a module of all its
 * members, for which Node reads every one of them: those of `node:http` load the whole of `fetch` and
 * `WebSocket`, those of `node:util`, `node:process` and `node:crypto` a dozen modules that nobody asked for
 * (`getESMFacade` and `syncExports` in Node's lib/internal/bootstrap/realm.js).
 * @returns a plugin of esbuild's
 */
export const builtinsAsTaken: import('esbuild').Plugin = {
  name: 'built-in modules',
  setup({ onResolve, onLoad }) {
    const names = builtinModules.filter((name) => !name.startsWith('_'))
    const filter = new RegExp(`^(?:node:)?(?:${names.join('|')})$`)
    onResolve({ filter }, ({ path }) => {
      const name = path.replace(/^node:/, '')
      return { path: name, namespace: 'built-in', sideEffects: false }
    })
    onLoad({ filter: /./, namespace: 'built-in' }, ({ path }) => ({ contents: moduleOf(path) }))
  },
}

/** Writes a module whose members are taken one by one: what nobody imports is left out of the bundle. */
function moduleOf(name: string): string {
  const members = Object.getOwnPropertyNames(process.getBuiltinModule(`node:${name}`))
  const exported = members.filter((one) => /^[A-Za-z_$][\w$]*$/.test(one) && one !== 'default')
  const [own, from] = [JSON.stringify(`node:${name}`), '/* @__PURE__ */']
  return [
    `const all = ${from} (() => process.getBuiltinModule(${own}))()`,
    'export default all',
    ...exported.map((one, at) => `const _${at} = ${from} (() => all.${one})()`),
    `export { ${exported.map((one, at) => `_${at} as ${one}`).join(', ')} }`,
  ].join('\n')
}
