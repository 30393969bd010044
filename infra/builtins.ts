import { builtinModules } from 'node:module'

const IMPORTED = 'built-in module'
const REQUIRED = 'built-in module, required'

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
    onResolve({ filter }, ({ path, kind }) => {
      const namespace = kind === 'require-call' ? REQUIRED : IMPORTED
      return { path: path.replace(/^node:/, ''), namespace, sideEffects: false }
    })
    onLoad({ filter: /./, namespace: IMPORTED }, ({ path }) => ({ contents: membersOf(path) }))
    onLoad({ filter: /./, namespace: REQUIRED }, ({ path }) => ({
      contents: `module.exports = ${taken(path)}`,
    }))
  },
}

const taken = (name: string) => `process.getBuiltinModule(${JSON.stringify(`node:${name}`)})`

/** Writes a module whose members are taken one by one: what nobody imports is left out of the bundle. */
function membersOf(name: string): string {
  const members = Object.getOwnPropertyNames(process.getBuiltinModule(`node:${name}`))
  const exported = members.filter((one) => /^[A-Za-z$][\w$]*$/.test(one) && one !== 'default')
  return [
    `const all = /* @__PURE__ */ (() => ${taken(name)})()`,
    'export default all',
    ...exported.map((one, at) => `const _${at} = /* @__PURE__ */ (() => all.${one})()`),
    `export { ${exported.map((one, at) => `_${at} as ${one}`).join(', ')} }`,
  ].join('\n')
}
