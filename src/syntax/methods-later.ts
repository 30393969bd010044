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
