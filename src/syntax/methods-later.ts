type Method = (...given: never[]) => Promise<unknown>

/** Makes methods that load what has them when one is called first. */
export function methodsLater<Made, Name extends keyof Made>(
  load: () => Promise<Made>,
  names: readonly Name[],
): Pick<Made, Name> {
  const method =
    (name: Name) =>
    async (...given: never[]) =>
      ((await load())[name] as Method)(...given)
  return Object.fromEntries(names.map((name) => [name, method(name)])) as Pick<Made, Name>
}

/**
 * Makes a service whose code is loaded by the first who asks.
 * @param isNow it works by itself, and is loaded at once
 */
export function serviceLater<Made extends AsyncDisposable, Name extends keyof Made>(
  load: () => Promise<Made>,
  names: readonly Name[],
  { isNow }: { isNow: boolean },
): Pick<Made, Name> & AsyncDisposable {
  let made: Promise<Made> | undefined
  function loaded() {
    made ??= load()
    return made
  }
  if (isNow) void loaded()
  return {
    ...methodsLater(loaded, names),
    async [Symbol.asyncDispose]() {
      await (await made)?.[Symbol.asyncDispose]()
    },
  }
}
